"""Files: one folder of journals, their segments and blobs."""

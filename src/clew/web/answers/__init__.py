"""What each route answers: small functions of the desk and of what was asked, a file for each subject."""

"""The promises, one file each: a function that takes how much to try and returns what was found."""

"""Trace a picture of paper to the copy it shows: find the page, register the picture, measure, weigh, name or decline."""

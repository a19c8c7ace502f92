"""What data checks blame is taken out of the staged rows and put in quarantine."""

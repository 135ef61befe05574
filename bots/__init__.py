"""The doors: each platform's way in and out, the command line, and the stage that plays the outside world."""

"""The models, labs, figures, widgets and grading behind the system design course."""

"""The models' questions put to real systems on this machine."""

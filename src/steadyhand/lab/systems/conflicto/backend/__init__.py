"""What operators run from a checkout, in the folder `backend`."""

"""The PopojiCMS of the sample outlets."""

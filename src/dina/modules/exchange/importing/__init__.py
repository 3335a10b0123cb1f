"""Import: from a staged file to specimens, events and organisms, checked, in one change set, and back."""

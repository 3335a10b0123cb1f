"""Nothing is lost: revisions written by triggers, change sets, undo, change feed."""

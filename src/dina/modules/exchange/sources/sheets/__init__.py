"""The process that reads workbooks, with limits of its own."""

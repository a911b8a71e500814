"""Set-based writes of offers."""

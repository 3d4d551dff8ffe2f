"""The numbers about learning curves: pure functions on tables, which neither read runs nor draw."""

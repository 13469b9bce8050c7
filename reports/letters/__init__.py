"""Statistics of letters (S12): tables, sentences, charts from what the selectors counted."""

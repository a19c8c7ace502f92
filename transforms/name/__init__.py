"""Names as words: taken apart and compared. Knows no article and no entity."""

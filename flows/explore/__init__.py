"""The page to look at: questions, figures, sections, and two ways to show them, live and static."""

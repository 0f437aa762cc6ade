//! Hits as text and JSON Lines; escaping.

//! [admit] as tower services.

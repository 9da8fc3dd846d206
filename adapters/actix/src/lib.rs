//! [admit] for actix-web: routes, extractors and guards.

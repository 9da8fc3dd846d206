//! Scripts. Redis runs one at a time, so what one of them does happens in one step.

/// A script, made of files beside: what it has in common with others, if anything, and its own.
macro_rules! script {
    ($name:ident, $($file:literal),+) => {
        static $name: std::sync::LazyLock<redis::Script> =
            std::sync::LazyLock::new(|| redis::Script::new(concat!($(include_str!($file)),+)));
    };
}

pub(crate) use script;

//! A provider's logo, as typed data: shapes in a box, and what each is filled with.
//!
//! 1. It can hold nothing but numbers and path data: no address, no script, no style, no text.
//! 2. What is no path data is a problem that `build()` tells.
//! 3. It says nothing to a screen reader, since the provider's name stands beside it.

use crate::page;

/// A provider's logo: shapes in a box, and what each is filled with. Pages show it before the provider's name.
///
/// ```
/// use admit::provider::{Mark, Shape};
/// use admit::{Client, OAuthProvider};
///
/// /// Two bars: one in the colour of the text beside it, one in Acme's red.
/// const MARK: Mark = Mark::new(
///     [0, 0, 24, 24],
///     &[Shape::Plain("M2 2h8v20H2z"), Shape::Colored([0xd8, 0x1e, 0x1e], "M14 2h8v20h-8z")],
/// );
///
/// let acme = OAuthProvider::oauth2("acme", "Acme", Client::env()).mark(MARK);
/// # let _ = acme;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub(crate) view_box: [i32; 4],
    pub(crate) shapes: &'static [Shape],
}

impl Mark {
    /// Shapes in a box, given as in SVG: its left and upper edge, its width and its height. A mark that is not square is
    /// shown in the middle of a square.
    pub const fn new(view_box: [i32; 4], shapes: &'static [Shape]) -> Self {
        Self { view_box, shapes }
    }

    /// The mark as an SVG element, for pages of the application's own.
    ///
    /// It is 20 pixels wide and high unless a stylesheet says otherwise, and hidden from screen readers.
    ///
    /// ```
    /// use admit::provider::{Mark, Shape};
    ///
    /// let svg = Mark::new([0, 0, 8, 8], &[Shape::Plain("M0 0h8v8H0z")]).svg();
    /// assert!(svg.starts_with("<svg ") && svg.contains(r#"<path d="M0 0h8v8H0z" fill="currentColor">"#));
    /// ```
    pub fn svg(&self) -> String {
        page::svg(self).into_string()
    }

    /// What is wrong with it, each with its remedy; nothing when it is fit for a page.
    ///
    /// ```
    /// use admit::provider::{Mark, Shape};
    ///
    /// let mark = Mark::new([0, 0, 8, 8], &[Shape::Plain("a square")]);
    /// assert_eq!(mark.problems(), [r#"its mark has the shape "a square", which is no path data; write it as in "M0 0h8v8H0z""#]);
    /// ```
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let [.., width, height] = self.view_box;
        if width < 1 || height < 1 {
            problems.push(format!("its mark is {width} wide and {height} high; write the box as in [0, 0, 24, 24]"));
        }
        if self.shapes.is_empty() {
            problems.push("its mark has no shape, so nothing would be seen; give it one".to_owned());
        }
        for path in self.paths().filter(|path| !is_path_data(path)) {
            let start: String = path.chars().take(SHOWN).collect();
            problems.push(format!(
                "its mark has the shape {start:?}, which is no path data; write it as in \"M0 0h8v8H0z\""
            ));
        }
        let length: usize = self.paths().map(str::len).sum();
        if length > LONGEST {
            problems.push(format!("its mark is {length} bytes of path data, {LONGEST} at most; round its numbers"));
        }
        problems
    }

    /// Whether its parts differ in colour, so that it could not be told in one.
    pub(crate) fn has_colors(&self) -> bool {
        let first = self.shapes.first().map(|shape| shape.color());
        self.shapes.iter().any(|shape| Some(shape.color()) != first)
    }

    fn paths(&self) -> impl Iterator<Item = &'static str> {
        self.shapes.iter().map(|shape| shape.path())
    }
}

/// A part of a [`Mark`]: an outline, as SVG has it in the `d` of a path, and what fills it, by the non-zero rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// In the colour of the text beside it, for what has none of its own.
    Plain(&'static str),
    /// In a colour of its own: red, green and blue.
    ///
    /// A mark of one colour takes the text's where its own would not be seen, as on the main button. One of several keeps
    /// them.
    Colored([u8; 3], &'static str),
}

impl Shape {
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Plain(path) | Self::Colored(_, path) => path,
        }
    }

    pub(crate) fn color(self) -> Option<[u8; 3]> {
        match self {
            Self::Plain(_) => None,
            Self::Colored(color, _) => Some(color),
        }
    }
}

/// Begins as a path does, and has no letter, digit or sign that paths have not (SVG 2 §9.3.9).
fn is_path_data(path: &str) -> bool {
    path.starts_with(['M', 'm']) && path.bytes().all(|byte| byte.is_ascii_digit() || OF_PATHS.contains(&byte))
}

const OF_PATHS: &[u8] = b"MmZzLlHhVvCcSsQqTtAaEe+-., \n";
/// Of all shapes of a mark, in bytes: each page with the provider carries them.
const LONGEST: usize = 4096;
/// How much of a shape a problem quotes, in characters.
const SHOWN: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: &str = "M0 0h8v8H0z";

    fn problems(view_box: [i32; 4], paths: &[&'static str]) -> Vec<String> {
        let shapes: Vec<_> = paths.iter().map(|path| Shape::Plain(path)).collect();
        Mark::new(view_box, shapes.leak()).problems()
    }

    #[test]
    fn path_data_is_all_that_a_shape_can_be() {
        for path in [SQUARE, "m1,2 3-4.5e-3\nA1 1 0 01 2 2T1 1Q1 1 2 2zM0 0"] {
            assert_eq!(problems([0, 0, 8, 8], &[path]), [""; 0], "{path}");
        }
        for wrong in
            ["", "0 0h8", "h8", " M0 0", "M0 0\"/><script>", "M0 0;fill:url(//evil.example)", "M0 0&#10;", "M0 0é"]
        {
            assert_eq!(problems([0, 0, 8, 8], &[SQUARE, wrong]).len(), 1, "{wrong}");
        }
    }

    #[test]
    fn all_that_is_wrong_with_a_mark_is_told_at_once() {
        assert_eq!(
            problems([0, 0, 0, -1], &[]),
            [
                "its mark is 0 wide and -1 high; write the box as in [0, 0, 24, 24]",
                "its mark has no shape, so nothing would be seen; give it one",
            ]
        );
        let long: &str = format!("M{}", "0 ".repeat(2048)).leak();
        assert_eq!(
            problems([0, -960, 960, 960], &[long, "<svg onload=alert(1)> and much more of that kind, to its end"]),
            [
                "its mark has the shape \"<svg onload=alert(1)> and much more of t\", which is no path data; \
                 write it as in \"M0 0h8v8H0z\"",
                "its mark is 4157 bytes of path data, 4096 at most; round its numbers",
            ]
        );
    }

    #[test]
    fn a_mark_has_colors_if_its_parts_differ() {
        let has = |shapes: &'static [Shape]| Mark::new([0, 0, 8, 8], shapes).has_colors();
        const RED: Shape = Shape::Colored([255, 0, 0], SQUARE);
        const PLAIN: Shape = Shape::Plain(SQUARE);
        assert!(!has(&[]) && !has(&[PLAIN, PLAIN]) && !has(&[RED, RED]));
        assert!(has(&[PLAIN, RED]) && has(&[RED, Shape::Colored([0, 0, 255], SQUARE)]));
    }
}

//! A provider's mark before its name, or the first letter of the name in its place.

use maud::{Markup, html};

use super::color::Color;
use crate::provider::Mark;

/// The mark; without one the name's first letter, so that what stands below each other lines up. Neither is read out:
/// the name follows.
pub(crate) fn mark(mark: Option<Mark>, name: &str) -> Markup {
    match mark {
        Some(mark) => svg(&mark),
        None => html! { span.mark.letter aria-hidden="true" { (initial(name)) } },
    }
}

/// The same in a field of its own, at the head of a row.
pub(super) fn tile(mark: Option<Mark>, name: &str) -> Markup {
    html! {
        span.tile aria-hidden="true" { @match mark { Some(mark) => (svg(&mark)), None => (initial(name)) } }
    }
}

/// The mark as an element. Its text is escaped by type like any other, though `build()` has seen to it already.
pub(crate) fn svg(mark: &Mark) -> Markup {
    let [left, top, width, height] = mark.view_box;
    html! {
        svg class=(if mark.has_colors() { "mark colors" } else { "mark" }) viewBox={ (left) " " (top) " " (width) " " (height) }
            width="20" height="20" aria-hidden="true" {
            @for shape in mark.shapes {
                path d=(shape.path()) fill={ @match shape.color() {
                    Some(color) => (Color::new(color)),
                    None => "currentColor",
                } } {}
            }
        }
    }
}

/// The first letter or digit of a name, as a capital.
pub(super) fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).into_iter().flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Shape;

    // UIX-002
    #[test]
    fn a_mark_is_in_the_page_itself_and_is_not_read_out() {
        const MARK: Mark =
            Mark::new([0, -96, 96, 96], &[Shape::Plain("M0 0h8v8H0z"), Shape::Colored([1, 2, 255], "M8 8h8v8H8z")]);
        insta::assert_snapshot!(svg(&MARK).into_string().replace("><", ">\n<"), @r##"
        <svg class="mark colors" viewBox="0 -96 96 96" width="20" height="20" aria-hidden="true">
        <path d="M0 0h8v8H0z" fill="currentColor">
        </path>
        <path d="M8 8h8v8H8z" fill="#0102ff">
        </path>
        </svg>
        "##);
        let one_color = Mark::new([0, 0, 8, 8], &[Shape::Colored([1, 2, 255], "M0 0h8v8H0z")]);
        assert!(svg(&one_color).into_string().starts_with(r#"<svg class="mark" "#));
    }

    // ERR-008
    #[test]
    fn what_no_build_has_seen_stays_text() {
        let odd = Mark::new([0, 0, 8, 8], &[Shape::Plain("\"><script>alert(1)</script>")]);
        assert!(!odd.svg().contains("<script"));
        assert!(!mark(None, "<script>").into_string().contains("<script"));
    }

    #[test]
    fn without_a_mark_the_first_letter_of_the_name_stands_for_it() {
        for (name, letter) in
            [("acme", "A"), (" (2) x", "2"), ("Ökobank", "Ö"), ("ßpace", "SS"), ("東京", "東"), ("…", "")]
        {
            assert_eq!(initial(name), letter, "{name}");
        }
        assert_eq!(mark(None, "acme").into_string(), r#"<span class="mark letter" aria-hidden="true">A</span>"#);
        assert_eq!(tile(None, "acme").into_string(), r#"<span class="tile" aria-hidden="true">A</span>"#);
    }
}

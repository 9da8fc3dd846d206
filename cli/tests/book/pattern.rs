//! What a page shows, compared with what was printed.
//!
//! A line that is `…` stands for any lines, also none. A `…` within a line stands for any characters.

/// Whether the page shows what was printed. Spaces at the ends of lines do not count.
pub(crate) fn shows(page: &str, printed: &str) -> bool {
    let lines = |text: &str| text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    lines_fit(&lines(page), &lines(printed))
}

fn lines_fit(page: &[String], printed: &[String]) -> bool {
    match page.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line == "…" => (0..=printed.len()).any(|left| lines_fit(rest, &printed[left..])),
        Some((line, rest)) => match printed.split_first() {
            Some((first, others)) => line_fits(line, first) && lines_fit(rest, others),
            None => false,
        },
    }
}

fn line_fits(page: &str, printed: &str) -> bool {
    match page.split_once('…') {
        None => page == printed,
        Some((start, rest)) => printed.strip_prefix(start).is_some_and(|printed| {
            printed.char_indices().map(|(at, _)| at).chain([printed.len()]).any(|at| line_fits(rest, &printed[at..]))
        }),
    }
}

#[test]
fn an_ellipsis_stands_for_what_is_left_out_and_for_nothing_else() {
    for (page, printed) in [
        ("", ""),
        ("a\nb\n", "a  \nb"),
        ("a …", "a b c"),
        ("… c", "a b c"),
        ("a … c", "a b c"),
        ("a\n…\nd", "a\nb\nc\nd"),
        ("…\nd", "d"),
        ("…", ""),
    ] {
        assert!(shows(page, printed), "{page:?} {printed:?}");
    }
    for (page, printed) in
        [("a", "a\nb"), ("a\nb", "a"), ("a … d", "a b c"), ("…\nd", "d\ne"), ("", "a"), ("a…", "b"), ("a …\n", "a\n")]
    {
        assert!(!shows(page, printed), "{page:?} {printed:?}");
    }
}

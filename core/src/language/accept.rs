//! `Accept-Language` (RFC 9110 §12.5.4), matched by lookup (RFC 4647 §3.4): `de-AT` finds `de`.

/// The place, among the tags, of the language that is wanted most. Of equals the one named first. A language that is
/// named with weight 0 is not given, and `*` stands for the first of those that are not named.
pub(super) fn choose<'a>(wanted: &[u8], tags: &(impl Iterator<Item = &'a str> + Clone)) -> Option<usize> {
    // What is longer than any browser's is nobody's.
    let wanted = std::str::from_utf8(wanted).ok().filter(|wanted| wanted.len() <= LONGEST)?;
    let mut best: Option<(u16, usize)> = None;
    for (range, weight) in wanted.split(',').filter_map(range) {
        let is_refused = |tag: &str| {
            wanted
                .split(',')
                .filter_map(self::range)
                .any(|(range, weight)| weight == 0 && range.eq_ignore_ascii_case(tag))
        };
        let place = match range {
            "*" => tags.clone().position(|tag| !is_refused(tag)),
            range => lookup(range, tags),
        };
        let Some(place) = place.filter(|_| weight > 0) else { continue };
        if best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, place));
        }
    }
    best.map(|(_, place)| place)
}

/// The tag that is the range, or that the range begins with, the longest first.
fn lookup<'a>(range: &str, tags: &(impl Iterator<Item = &'a str> + Clone)) -> Option<usize> {
    let mut rest = range;
    loop {
        if let Some(place) = tags.clone().position(|tag| tag.eq_ignore_ascii_case(rest)) {
            return Some(place);
        }
        rest = rest.rsplit_once('-')?.0;
    }
}

/// A language and its weight in thousandths.
fn range(text: &str) -> Option<(&str, u16)> {
    let (range, parameter) = text.split_once(';').map_or((text, None), |(range, parameter)| (range, Some(parameter)));
    let range = range.trim();
    let plain = !range.is_empty() && range.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'*'));
    let weight = match parameter.map(str::trim) {
        None => 1000,
        Some(parameter) => thousandths(parameter.strip_prefix(['q', 'Q'])?.trim_start().strip_prefix('=')?.trim())?,
    };
    plain.then_some((range, weight))
}

/// `0.8` is 800 (RFC 9110 §12.4.2).
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = fraction.bytes().map(|byte| byte.is_ascii_digit().then(|| u16::from(byte - b'0')));
    let units = [100, 10, 1].into_iter();
    if fraction.len() > 3 {
        return None;
    }
    let fraction = digits.zip(units).map(|(digit, unit)| Some(digit? * unit)).sum::<Option<u16>>()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

const LONGEST: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const TAGS: [&str; 4] = ["en", "de", "pt-BR", "zh-Hant"];

    fn chosen(wanted: &str) -> Option<&'static str> {
        choose(wanted.as_bytes(), &TAGS.into_iter()).map(|place| TAGS[place])
    }

    // UIX-005
    #[test]
    fn the_heaviest_wins_and_a_region_falls_back_to_its_language() {
        for (wanted, tag) in [
            ("de", Some("de")),
            ("DE-at", Some("de")),
            ("fr, de;q=0.8, en;q=0.9", Some("en")),
            ("fr;q=0.9,de;q=0.8", Some("de")),
            ("pt-br", Some("pt-BR")),
            ("zh-Hant-TW", Some("zh-Hant")),
            ("en;q=0.5, de;q=0.5", Some("en")),
            ("de;q=0.5, en;q=0.5", Some("de")),
            ("fr, *;q=0.1", Some("en")),
            ("en;q=0, *", Some("de")),
            ("de ; q = 0.3", Some("de")),
            ("pt", None),
            ("fr", None),
            ("de;q=0", None),
            ("", None),
        ] {
            assert_eq!(chosen(wanted), tag, "{wanted}");
        }
    }

    #[test]
    fn what_is_malformed_is_left_out_and_the_rest_counts() {
        for (wanted, tag) in [
            ("de;q=2, en", Some("en")),
            ("de;q=0.12345, en;q=0.1", Some("en")),
            ("de;level=1", None),
            (";q=1,,de", Some("de")),
            ("<script>, de", Some("de")),
            ("-", None),
        ] {
            assert_eq!(chosen(wanted), tag, "{wanted}");
        }
        assert_eq!(choose(b"\xff, de", &TAGS.into_iter()), None);
        assert_eq!(chosen(&format!("{}de", "fr,".repeat(400))), None);
    }
}

//! The stylesheet of the built-in pages: two palettes and one set of rules, with the theme's colours put in.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::color::Color;
use crate::{ColorScheme, Theme};

/// The stylesheet for a theme. It is written into the page, so that a page is one request and never flashes.
pub(crate) fn stylesheet(theme: &Theme) -> String {
    let mut css = match theme.color_scheme {
        ColorScheme::Light => format!(":root{{color-scheme:light;{}}}", LIGHT.variables()),
        ColorScheme::Dark => format!(":root{{color-scheme:dark;{}}}", DARK.variables()),
        ColorScheme::Auto => format!(
            ":root{{color-scheme:light dark;{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}",
            LIGHT.variables(),
            DARK.variables()
        ),
    };
    let color = |text: &Option<String>| text.as_deref().and_then(Color::parse);
    let brand = color(&theme.brand_color);
    // Writing to a `String` cannot fail.
    if let Some(brand) = brand {
        let _ = write!(css, ":root{{--brand:{brand}}}");
    }
    if let Some(text) = color(&theme.button_text).or(brand.map(Color::ink)) {
        let _ = write!(css, ":root{{--brand-text:{text}}}");
    }
    css.push_str(RULES);
    css
}

/// The source expression by which a `Content-Security-Policy` admits exactly this stylesheet.
pub(crate) fn hash_source(css: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, css.as_bytes())))
}

/// The colours of one scheme.
struct Palette {
    /// Behind everything.
    ground: &'static str,
    /// Behind the content.
    card: &'static str,
    text: &'static str,
    muted: &'static str,
    /// Around the card, for show.
    line: &'static str,
    /// Around what can be pressed.
    edge: &'static str,
    /// Links, and the ring around what has the focus.
    link: &'static str,
    brand: &'static str,
    brand_text: &'static str,
    alert: &'static str,
    alert_text: &'static str,
    note: &'static str,
    note_text: &'static str,
}

impl Palette {
    fn variables(&self) -> String {
        let Self { ground, card, text, muted, line, edge, link, brand, brand_text, .. } = self;
        let Self { alert, alert_text, note, note_text, .. } = self;
        format!(
            "--ground:{ground};--card:{card};--text:{text};--muted:{muted};--line:{line};--edge:{edge};--link:{link};\
             --brand:{brand};--brand-text:{brand_text};\
             --alert:{alert};--alert-text:{alert_text};--note:{note};--note-text:{note_text}"
        )
    }
}

const LIGHT: Palette = Palette {
    ground: "#f3f4f7",
    card: "#ffffff",
    text: "#171b22",
    muted: "#565e6c",
    line: "#dfe3ea",
    edge: "#868e9c",
    link: "#1f55d0",
    brand: "#1f55d0",
    brand_text: "#ffffff",
    alert: "#fdeeec",
    alert_text: "#8c1d13",
    note: "#edf3ff",
    note_text: "#1b3f8f",
};

const DARK: Palette = Palette {
    ground: "#0f1217",
    card: "#181c23",
    text: "#eceff4",
    muted: "#a3acba",
    line: "#2a303a",
    edge: "#6c7685",
    link: "#8fb5ff",
    brand: "#8fb5ff",
    brand_text: "#0b1a38",
    alert: "#3a1c1a",
    alert_text: "#ffb8ae",
    note: "#1b2a47",
    note_text: "#c3d7ff",
};

// Sizes are in rem and the card shrinks, so the pages reflow at 320 CSS pixels, which is 1280 at 400 % zoom.
// Nothing moves, so there is nothing to reduce.
const RULES: &str = "\
*,::before,::after{box-sizing:border-box}\
body{margin:0;background:var(--ground);color:var(--text);\
font:1rem/1.5 system-ui,'Segoe UI',Roboto,'Helvetica Neue',sans-serif;overflow-wrap:anywhere}\
.page{min-height:100vh;min-height:100svh;padding:clamp(1rem,5vw,2rem) clamp(.75rem,4vw,1rem);\
display:flex;flex-direction:column;align-items:center;justify-content:center;gap:1rem}\
main{width:100%;max-width:26rem;padding:clamp(1.5rem,8vw,2.5rem) clamp(1rem,5vw,2.25rem);\
background:var(--card);border:1px solid var(--line);border-radius:1rem;\
box-shadow:0 1px 2px rgb(0 0 0/.04),0 12px 32px rgb(0 0 0/.06)}\
.logo{display:block;max-width:100%;height:3rem;object-fit:contain;object-position:left;margin:0 0 1.5rem}\
h1{margin:0;font-size:1.5rem;line-height:1.25;font-weight:650;letter-spacing:-.01em;text-wrap:balance}\
p{margin:.75rem 0 0;color:var(--muted)}\
p strong{color:var(--text);font-weight:600}\
.alert,.note{margin:1.5rem 0 0;padding:.75rem 1rem;border-radius:.5rem;border-inline-start:.25rem solid currentColor}\
.alert{background:var(--alert);color:var(--alert-text)}\
.note{background:var(--note);color:var(--note-text)}\
.alert p,.note p{margin:0;color:inherit}\
.alert p+p,.note p+p{margin-top:.5rem}\
.actions{display:grid;gap:.75rem;margin-top:2rem}\
form{margin:0}\
.or{margin:0;text-align:center}\
.field{margin:0 0 1rem}\
label{display:block;margin:0 0 .25rem;font-weight:600}\
.field input{display:block;width:100%;min-height:max(2.75rem,44px);padding:.5rem .75rem;\
border:1px solid var(--edge);border-radius:.5rem;background:var(--card);color:var(--text);font:inherit}\
::placeholder{color:var(--muted);opacity:1}\
.button{display:flex;align-items:center;justify-content:center;gap:.625rem;width:100%;min-height:max(2.75rem,44px);\
padding:.625rem .75rem;border:1px solid var(--edge);border-radius:.5rem;background:transparent;color:var(--text);\
font:inherit;font-weight:600;text-align:center;text-wrap:balance;text-decoration:none;cursor:pointer}\
.button:hover{border-color:var(--text);background:var(--ground)}\
.primary,.primary:hover{border-color:var(--brand);background:var(--brand);color:var(--brand-text)}\
.primary:hover{text-decoration:underline;text-underline-offset:.2em}\
.quiet{border-color:transparent;color:var(--muted);font-weight:400}\
.mark{flex:none;width:1.25rem;height:1.25rem}\
.letter{display:grid;place-items:center;border-radius:.25rem;background:var(--line);color:var(--muted);\
font-size:.75rem;line-height:1}\
.primary .mark:not(.colors) *{fill:currentColor}\
.primary .letter{background:var(--brand-text);color:var(--brand)}\
.primary .colors{margin:-.1875rem;padding:.1875rem;width:1.625rem;height:1.625rem;\
border-radius:.25rem;background:#fff;color:#000}\
@media (forced-colors:active){.mark:not(.colors) *{fill:currentColor}.letter{border:1px solid}}\
.mark+.label{text-align:start}\
.ways .button{justify-content:start}\
.ways .button:not(.primary,.quiet){font-weight:500}\
.ways .label{display:flex;flex:1;flex-wrap:wrap;align-items:baseline;justify-content:space-between;gap:0 .75rem}\
.last{color:var(--muted);font-size:.8125rem;font-weight:400}\
.primary .last{color:inherit}\
.field~.button .label{justify-content:center;text-align:center}\
.site{display:inline-flex;align-items:center;min-height:max(2.75rem,44px);padding:0 .75rem;border-radius:.5rem;\
color:var(--muted);text-underline-offset:.2em}\
.site:hover{color:var(--text)}\
.reference{margin-top:2rem;font-size:.875rem}\
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}\
:focus-visible{outline:3px solid var(--link);outline-offset:2px}\
[dir=rtl] .logo{object-position:right}\
[dir=rtl] h1{letter-spacing:0}\
:lang(ja){word-break:auto-phrase}\
[role=alert]:focus-visible,[role=status]:focus-visible{outline:1px solid currentColor;outline-offset:0}\
.wide{max-width:36rem}\
h2{margin:0 0 .5rem;font-size:1.125rem;line-height:1.3;font-weight:650;text-wrap:balance}\
section{margin-top:2.5rem}\
section .actions{margin-top:1.25rem}\
.person{display:flex;align-items:center;gap:1rem;margin-top:1.5rem}\
.person p{margin:0;min-width:0}\
.face,.tile{display:flex;flex:none;align-items:center;justify-content:center;font-weight:650}\
.face{width:3.5rem;height:3.5rem;border-radius:50%;object-fit:cover;font-size:1.5rem;\
background:var(--note);color:var(--note-text)}\
.tile{width:2.5rem;height:2.5rem;border:1px solid var(--line);border-radius:.5rem}\
.rows{margin:0;padding:0;list-style:none}\
.rows li{display:flex;flex-wrap:wrap;align-items:center;gap:.75rem;padding:.875rem 0;border-top:1px solid var(--line)}\
.what{flex:1 1 10rem;min-width:0;color:var(--muted)}\
.tile+.what{flex-basis:6rem}\
.what strong{color:var(--text);font-weight:600}\
.rows form{margin-inline-start:auto}\
.small{font-size:.9375rem}\
.button.small{width:auto;padding:.5rem .875rem;font-weight:500}\
.leave{color:var(--alert-text)}\
.here{display:inline-block;padding:0 .5rem;border-radius:1rem;background:var(--note);color:var(--note-text);font-size:.8125rem}\
.times{font-size:.875rem}\
.note p+form{margin-top:.75rem}\
";

#[cfg(test)]
mod tests {
    use super::*;

    /// Text on what it stands on, for one scheme.
    fn texts(p: &Palette) -> [(&'static str, &'static str); 13] {
        [
            (p.text, p.ground),
            (p.text, p.card),
            (p.muted, p.ground),
            (p.muted, p.card),
            // A letter in the place of a mark.
            (p.muted, p.line),
            (p.link, p.ground),
            (p.link, p.card),
            (p.brand_text, p.brand),
            (p.alert_text, p.alert),
            (p.note_text, p.note),
            // What is not text needs 3:1 (WCAG 2.2, 1.4.11), and these have more: an alert's own rule, on the card.
            (p.alert_text, p.card),
            (p.note_text, p.card),
            (p.brand, p.card),
        ]
    }

    fn contrast(a: &str, b: &str) -> f64 {
        Color::parse(a).unwrap().contrast(Color::parse(b).unwrap())
    }

    // UIX-004
    #[test]
    fn every_text_reaches_4_5_to_1_in_both_schemes() {
        for (scheme, palette) in [("light", &LIGHT), ("dark", &DARK)] {
            for (text, background) in texts(palette) {
                let ratio = contrast(text, background);
                assert!(ratio >= 4.5, "{scheme}: {text} on {background} is {ratio:.2}");
            }
        }
    }

    // UIX-004
    #[test]
    fn the_edge_of_a_button_reaches_3_to_1_in_both_schemes() {
        for (scheme, palette) in [("light", &LIGHT), ("dark", &DARK)] {
            for background in [palette.card, palette.ground] {
                let ratio = contrast(palette.edge, background);
                assert!(ratio >= 3.0, "{scheme}: edge on {background} is {ratio:.2}");
            }
        }
    }

    #[test]
    fn only_the_automatic_scheme_asks_the_browser() {
        let css = |scheme| stylesheet(&Theme::default().color_scheme(scheme));
        assert!(css(ColorScheme::Auto).contains("@media (prefers-color-scheme:dark)"));
        assert!(css(ColorScheme::Auto).starts_with(":root{color-scheme:light dark;"));
        for (scheme, start) in
            [(ColorScheme::Light, ":root{color-scheme:light;"), (ColorScheme::Dark, ":root{color-scheme:dark;")]
        {
            assert!(css(scheme).starts_with(start));
            assert!(!css(scheme).contains("prefers-color-scheme"));
        }
    }

    #[test]
    fn the_brand_colour_comes_with_a_text_that_reads_on_it() {
        let dark = stylesheet(&Theme::default().brand_color("#114B5F"));
        assert!(dark.contains(":root{--brand:#114b5f}:root{--brand-text:#ffffff}"), "{dark}");
        let light = stylesheet(&Theme::default().brand_color("#fc0"));
        assert!(light.contains(":root{--brand:#ffcc00}:root{--brand-text:#000000}"), "{light}");
        let own = stylesheet(&Theme::default().brand_color("#fc0").button_text("#123"));
        assert!(own.contains(":root{--brand:#ffcc00}:root{--brand-text:#112233}"), "{own}");
    }

    #[test]
    fn a_value_that_is_no_colour_never_reaches_the_stylesheet() {
        let theme = Theme::default().brand_color("red}</style><script>").button_text("url(https://evil.example)");
        assert_eq!(stylesheet(&theme), stylesheet(&Theme::default()));
    }

    // UIX-002
    #[test]
    fn the_stylesheet_fetches_nothing_and_cannot_end_its_element() {
        let css = stylesheet(&Theme::default());
        for wrong in ["url(", "@import", "@font-face", "http", "<"] {
            assert!(!css.contains(wrong), "{wrong}");
        }
    }
}

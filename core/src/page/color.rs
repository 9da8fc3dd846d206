//! A colour, and how well one reads on another.

use std::fmt;

/// An opaque sRGB colour. Only its numbers are kept, so nothing else can reach a stylesheet through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color([u8; 3]);

impl Color {
    pub(crate) const BLACK: Self = Self([0, 0, 0]);
    pub(crate) const WHITE: Self = Self([255, 255, 255]);

    /// Red, green and blue.
    pub(crate) const fn new(channels: [u8; 3]) -> Self {
        Self(channels)
    }

    /// Reads `#rgb` or `#rrggbb`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text
            .strip_prefix('#')?
            .chars()
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()?;
        match *digits.as_slice() {
            [r, g, b] => Some(Self([r * 17, g * 17, b * 17])),
            [r, r2, g, g2, b, b2] => Some(Self([r * 16 + r2, g * 16 + g2, b * 16 + b2])),
            _ => None,
        }
    }

    /// Black or white, whichever reads better on this colour. One of the two always reaches 4.5:1.
    pub(crate) fn ink(self) -> Self {
        // At this luminance black and white are equally far: (l + 0.05)² = 1.05 × 0.05.
        if self.luminance() > 0.179 { Self::BLACK } else { Self::WHITE }
    }

    /// The relative luminance of WCAG 2.2, from 0 (black) to 1 (white).
    fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// The contrast ratio of WCAG 2.2, from 1 to 21.
    #[cfg(test)]
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance() + 0.05, other.luminance() + 0.05);
        a.max(b) / a.min(b)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_has_three_or_six_hex_digits() {
        assert_eq!(Color::parse("#0aF").unwrap().to_string(), "#00aaff");
        assert_eq!(Color::parse("#346df1").unwrap().to_string(), "#346df1");
        for wrong in
            ["", "#", "346df1", "#12", "#1234", "#12345", "#1234567", "#12345g", "#+12", "red", "#fff;}", "#fff "]
        {
            assert_eq!(Color::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn contrast_agrees_with_published_ratios() {
        let ratio = |a, b| (Color::parse(a).unwrap().contrast(Color::parse(b).unwrap()) * 100.0).round() / 100.0;
        assert_eq!(ratio("#000", "#fff"), 21.0);
        assert_eq!(ratio("#fff", "#fff"), 1.0);
        // WCAG's best-known neighbours: the lightest grey that passes on white, and the next one that fails.
        assert_eq!(ratio("#767676", "#fff"), 4.54);
        assert_eq!(ratio("#777", "#fff"), 4.48);
    }

    #[test]
    fn ink_reads_on_every_colour() {
        for r in (0..=255).step_by(15) {
            for g in (0..=255).step_by(15) {
                for b in (0..=255).step_by(15) {
                    let color = Color([r, g, b]);
                    assert!(color.contrast(color.ink()) >= 4.5, "{color}");
                }
            }
        }
    }
}

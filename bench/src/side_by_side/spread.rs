//! How figures lie.

/// The least, the quartiles and the median of some figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) lower: f64,
    pub(crate) median: f64,
    pub(crate) upper: f64,
}

impl Spread {
    /// `None` if there are no figures. Between two figures it goes straight from the one to the other.
    pub(crate) fn of(figures: impl Iterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<_> = figures.collect();
        sorted.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let place = part * (sorted.len() - 1) as f64;
            let (low, high) = (sorted.get(place.floor() as usize)?, sorted.get(place.ceil() as usize)?);
            Some(low + (high - low) * place.fract())
        };
        let least = *sorted.first()?;
        Some(Self { least, lower: at(0.25)?, median: at(0.5)?, upper: at(0.75)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_lie_between_the_figures() {
        let spread = Spread::of([4.0, 1.0, 2.0, 3.0].into_iter());
        assert_eq!(spread, Some(Spread { least: 1.0, lower: 1.75, median: 2.5, upper: 3.25 }));
        assert_eq!(Spread::of([7.0].into_iter()).map(|spread| spread.upper), Some(7.0));
        assert_eq!(Spread::of(std::iter::empty()), None);
    }
}

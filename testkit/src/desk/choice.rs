//! The faults that a page offers, as tables have them, and those that are on, in the words of the same table.

use std::fmt::Debug;

use super::at_most;
use super::faults::{Active, Offer, Scope};

/// A fault that a page offers.
pub(crate) struct Choice<S: 'static, F: 'static> {
    pub(crate) stage: S,
    /// In one word, which stands once for its stage.
    pub(crate) name: &'static str,
    pub(crate) words: &'static str,
    pub(crate) fault: fn() -> F,
}

/// Where a fault strikes.
pub(crate) trait Place: Copy + PartialEq + 'static {
    /// In one word: `token`.
    fn name(self) -> &'static str;

    /// In words, as the beginning of a sentence.
    fn words(self) -> &'static str;
}

impl<S: Place, F: PartialEq + Debug> Choice<S, F> {
    fn id(&self) -> String {
        format!("{}-{}", self.stage.name(), self.name)
    }

    pub(crate) fn offers(choices: &[Self]) -> Vec<Offer> {
        choices
            .iter()
            .map(|choice| Offer { id: choice.id(), stage: choice.stage.words(), words: choice.words })
            .collect()
    }

    /// The one of that id.
    pub(crate) fn find<'a>(choices: &'a [Self], id: &str) -> Option<&'a Self> {
        choices.iter().find(|choice| choice.id() == id)
    }

    /// A fault in words; as it is written in code, if no page offers it.
    pub(crate) fn in_words(choices: &[Self], stage: S, fault: &F) -> String {
        let known = choices.iter().find(|choice| choice.stage == stage && (choice.fault)() == *fault);
        known.map_or_else(|| at_most(&format!("{fault:?}"), LONGEST), |choice| choice.words.to_owned())
    }

    pub(crate) fn active<'a>(choices: &[Self], on: impl Iterator<Item = (&'a (S, F), Scope)>) -> Vec<Active> {
        on.map(|((stage, fault), scope)| Active {
            stage: stage.words(),
            words: Self::in_words(choices, *stage, fault),
            scope,
        })
        .collect()
    }
}

/// What every table of faults keeps to.
#[cfg(test)]
pub(crate) fn assert_in_order<S: Place, F: PartialEq + Debug>(choices: &[Choice<S, F>]) {
    let mut ids: Vec<_> = choices.iter().map(Choice::id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), choices.len(), "an id stands for one fault");
    let mut stages: Vec<_> = choices.iter().map(|choice| choice.stage.name()).collect();
    stages.dedup();
    let groups = stages.len();
    stages.sort_unstable();
    stages.dedup();
    assert_eq!(stages.len(), groups, "the faults of a stage stand together");
}

const LONGEST: usize = 200;

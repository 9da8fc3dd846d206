//! Two judges who are not ours, over one corpus of good, forged and odd ID tokens: the crates `openidconnect` and
//! `jsonwebtoken`. Each row says who takes the token. Where they disagree with us, the row says why we are right.
//!
//! The judges are asked what they are for: `openidconnect` for ID tokens with a nonce, `jsonwebtoken` for tokens with
//! an issuer, an audience and times. The latter goes by the machine's clock, so the corpus has no time that is near.

mod corpus;
mod forge;
mod judges;

use std::collections::BTreeSet;

use corpus::{Row, rows};

#[test]
fn all_three_say_of_every_token_what_the_corpus_says() {
    let mut wrong = Vec::new();
    for row in rows() {
        let judged = [judges::ours(&row), judges::openidconnect(&row), judges::jsonwebtoken(&row)];
        let letters = row.verdicts.chars().zip(judged).map(|(said, takes)| match (said, takes) {
            ('-', _) => '-',
            (_, true) => 'Y',
            (_, false) => 'N',
        });
        let found: String = letters.collect();
        if found != row.verdicts {
            wrong.push(format!("{}: {found}, not {}", row.what, row.verdicts));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn wherever_a_judge_disagrees_with_us_the_corpus_says_why() {
    for Row { what, verdicts, because, .. } in rows() {
        let (ours, others) = verdicts.split_at(1);
        let disagrees = others.chars().any(|other| other != '-' && !ours.contains(other));
        assert_eq!(disagrees, !because.is_empty(), "{what}: {verdicts}, {because:?}");
        assert!(ours != "-" && verdicts.len() == 3, "{what}: {verdicts}");
    }
}

#[test]
fn the_corpus_has_good_and_bad_tokens_and_none_twice() {
    let rows = rows();
    let good = rows.iter().filter(|row| row.verdicts.starts_with('Y')).count();
    assert!(good >= 30 && rows.len() - good >= 60, "{good} of {} are good", rows.len());
    assert_eq!(rows.iter().map(|row| row.what).collect::<BTreeSet<_>>().len(), rows.len());
}

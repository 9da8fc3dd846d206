//! The rules of matching: by example, against a world whose truth is known, and against one that makes no sense.

#![allow(clippy::indexing_slicing, reason = "these are tests")]

use std::collections::BTreeSet;

use admit::store::AccountKey;
use admit_migration::{
    AzureEvidence, AzureProfile, Candidate, Doubt, EntraPerson, EntraSignIn, ExportedIdentity, Hit, Method, Origin,
    Verdict, judge,
};
use proptest::prelude::*;

const HOME: &str = "7a394543-62fd-4274-a7d2-8fac775942b6";
const ELSEWHERE: &str = "c4f1e0d2-5b3a-4e69-9d07-21b8a6f3e5c4";
const X: &str = "55c8c7b6-7ace-43bc-918f-304dfa2b6317";
const Y: &str = "690222be-ff1a-4d56-abd1-7e4f7d38e474";
const PROFILE: &str = "d6245f20-2af8-44f4-9451-8107cb2767db";

fn evidence(origin: Origin, object: Option<&str>, tenant: Option<&str>) -> AzureEvidence {
    let mut evidence = AzureEvidence::default();
    PROFILE.clone_into(&mut evidence.profile_id);
    evidence.origin = origin;
    evidence.origin_id = object.map(str::to_owned);
    evidence.home_tenant = tenant.map(str::to_owned);
    evidence
}

fn candidate(user: &str, evidence: AzureEvidence) -> Candidate {
    let account =
        AccountKey { provider: "azure-devops".to_owned(), subject: format!("{}-{user}", evidence.profile_id) };
    Candidate { account, user: user.to_owned(), evidence, entra: Vec::new() }
}

fn sign_in(tenant: &str, object: &str) -> EntraSignIn {
    EntraSignIn::new(EntraPerson::new(tenant, object))
}

fn seen_as(mut sign_in: EntraSignIn, profile: &str, descriptor: Option<&str>) -> EntraSignIn {
    let subject_descriptor = descriptor.map(str::to_owned);
    sign_in.azure = Some(AzureProfile { profile_id: profile.to_owned(), subject_descriptor });
    sign_in
}

fn hits(verdict: &Verdict) -> Vec<Hit> {
    match verdict {
        Verdict::Exact(hit) | Verdict::Strong(hit) => vec![hit.clone()],
        Verdict::Review(hits) | Verdict::Stranded(hits) | Verdict::Conflict { hits, .. } => hits.clone(),
        Verdict::Linked { .. } | Verdict::Nobody => Vec::new(),
    }
}

fn named(verdict: &Verdict) -> Option<&str> {
    match verdict {
        Verdict::Exact(hit) | Verdict::Strong(hit) => Some(&hit.user),
        Verdict::Linked { user } => Some(user),
        _ => None,
    }
}

#[track_caller]
fn is_exact(verdict: &Verdict, method: Method) {
    assert!(matches!(verdict, Verdict::Exact(hit) if hit.method == method && hit.user == "ada"), "{verdict:?}");
}

#[track_caller]
fn is_doubted(verdict: &Verdict, doubt: Doubt) {
    assert!(named(verdict).is_none() && hits(verdict).iter().all(|hit| hit.doubt == Some(doubt)), "{verdict:?}");
    assert_ne!(hits(verdict), [], "{verdict:?}");
}

#[test]
fn a_member_is_who_azure_devops_said_whatever_the_case() {
    // azure.md T98, ADO-008
    let ada = candidate("ada", evidence(Origin::EntraId, Some(&X.to_uppercase()), Some(&HOME.to_uppercase())));
    is_exact(&judge(&sign_in(HOME, X), std::slice::from_ref(&ada)), Method::EntraObject);
    is_exact(&judge(&sign_in(&HOME.to_uppercase(), X), std::slice::from_ref(&ada)), Method::EntraObject);
    assert_eq!(judge(&sign_in(ELSEWHERE, X), std::slice::from_ref(&ada)), Verdict::Nobody);
    assert_eq!(judge(&sign_in(HOME, Y), &[ada]), Verdict::Nobody);
}

#[test]
fn a_guest_is_who_they_are_at_home() {
    // azure.md T99
    let ada = candidate("ada", evidence(Origin::EntraId, Some(X), Some(HOME)));
    let mut guest = sign_in(ELSEWHERE, Y);
    guest.home = Some(EntraPerson::new(HOME, X));
    is_exact(&judge(&guest, std::slice::from_ref(&ada)), Method::HomeObject);
    guest.home = Some(EntraPerson::new(HOME, Y));
    assert_eq!(judge(&guest, &[ada]), Verdict::Nobody);
}

#[test]
fn a_dormant_user_is_who_the_export_said() {
    let mut ada = candidate("ada", evidence(Origin::Unknown, None, None));
    ada.evidence.exported = vec![ExportedIdentity { object_id: X.to_uppercase(), tenant_id: HOME.to_owned() }];
    is_exact(&judge(&sign_in(HOME, X), std::slice::from_ref(&ada)), Method::ExportedIdentity);
    // One of the two is wrong.
    ada.evidence.exported.push(ExportedIdentity { object_id: Y.to_owned(), tenant_id: HOME.to_owned() });
    is_doubted(&judge(&sign_in(HOME, X), &[ada]), Doubt::NamesTwo);
}

#[test]
fn an_export_does_not_give_a_profile_to_somebody_who_is_at_home_elsewhere() {
    // An administrator of another tenant exported this profile under the name of one of their own people.
    let mut ada = candidate("ada", evidence(Origin::EntraId, Some(X), Some(HOME)));
    ada.evidence.exported = vec![ExportedIdentity { object_id: Y.to_owned(), tenant_id: ELSEWHERE.to_owned() }];
    let mut thief = sign_in(ELSEWHERE, Y);
    thief.home = Some(thief.person.clone());
    is_doubted(&judge(&thief, std::slice::from_ref(&ada)), Doubt::SomebodyElse);
    // She herself is a guest there, or nobody says where she is at home.
    thief.home = Some(EntraPerson::new(HOME, X));
    is_exact(&judge(&thief, std::slice::from_ref(&ada)), Method::HomeObject);
    is_exact(&judge(&sign_in(ELSEWHERE, Y), &[ada]), Method::ExportedIdentity);
}

#[test]
fn the_profile_that_azure_devops_names_is_strong_where_nothing_speaks_against_it() {
    let ada = candidate("ada", evidence(Origin::Unknown, None, None));
    let verdict = judge(&seen_as(sign_in(HOME, X), &PROFILE.to_uppercase(), None), std::slice::from_ref(&ada));
    assert!(matches!(&verdict, Verdict::Strong(hit) if hit.method == Method::AzureProfile), "{verdict:?}");

    let mut second = ada;
    second.entra = vec![EntraPerson::new(HOME, Y)];
    is_doubted(&judge(&seen_as(sign_in(HOME, X), PROFILE, None), &[second]), Doubt::SecondAccount);
}

#[test]
fn an_equal_descriptor_is_looked_at_where_the_object_differs() {
    // azure.md T103
    for known in [
        evidence(Origin::EntraId, Some(Y), Some(HOME)),
        evidence(Origin::EntraId, Some(X), Some(ELSEWHERE)),
        evidence(Origin::EntraId, None, Some(ELSEWHERE)),
    ] {
        let mut ada = candidate("ada", known);
        ada.evidence.subject_descriptor = Some("aad.MDAw".to_owned());
        let shown = seen_as(sign_in(HOME, X), "another", Some("aad.MDAw"));
        is_doubted(&judge(&shown, std::slice::from_ref(&ada)), Doubt::SomebodyElse);
        is_doubted(&judge(&seen_as(sign_in(HOME, X), PROFILE, None), &[ada]), Doubt::SomebodyElse);
    }
}

#[test]
fn two_users_with_one_identity_are_nobodys() {
    // azure.md T101
    let both = ["ada", "bob"].map(|user| candidate(user, evidence(Origin::EntraId, Some(X), Some(HOME))));
    let verdict = judge(&sign_in(HOME, X), &both);
    let users = BTreeSet::from(["ada".to_owned(), "bob".to_owned()]);
    assert!(matches!(&verdict, Verdict::Conflict { users: told, hits } if *told == users && hits.len() == 2));

    // What is linked already does not decide between them.
    let [mut ada, bob] = both.clone();
    ada.entra = vec![EntraPerson::new(HOME, X)];
    assert!(matches!(judge(&sign_in(HOME, X), &[ada, bob]), Verdict::Conflict { users: told, .. } if told == users));

    // One user with two accounts is one user.
    let [ada, bob] = both;
    let bob = Candidate { user: "ada".to_owned(), ..bob };
    is_exact(&judge(&sign_in(HOME, X), &[ada, bob]), Method::EntraObject);
}

#[test]
fn a_personal_account_is_linked_by_nothing_that_is_read() {
    // azure.md T102
    let mut pia = candidate("pia", evidence(Origin::Personal, Some(X), Some(HOME)));
    pia.evidence.subject_descriptor = Some("msa.MDAw".to_owned());
    pia.evidence.exported = vec![ExportedIdentity { object_id: X.to_owned(), tenant_id: HOME.to_owned() }];
    let verdict = judge(&seen_as(sign_in(HOME, X), PROFILE, Some("msa.MDAw")), &[pia]);
    assert!(matches!(&verdict, Verdict::Stranded(hits) if hits.len() == 1), "{verdict:?}");
}

#[test]
fn a_user_name_that_was_given_to_another_links_nobody() {
    // LNK-008, azure.md §4.5 rule 6
    let mut ada = candidate("ada", evidence(Origin::Unknown, None, None));
    ada.evidence.legacy_descriptor =
        Some(format!("Microsoft.IdentityModel.Claims.ClaimsIdentity;{HOME}\\Ada@fabrikam.example"));
    let mut mallory = sign_in(HOME, X);
    mallory.user_name = Some("ada@FABRIKAM.example".to_owned());
    is_doubted(&judge(&mallory, std::slice::from_ref(&ada)), Doubt::UserNameOnly);
    mallory.person = EntraPerson::new(ELSEWHERE, X);
    assert_eq!(judge(&mallory, &[ada]), Verdict::Nobody, "in another tenant it is another name");
}

#[test]
fn nobodys_identifiers_match_nobody() {
    let zeros = "00000000-0000-0000-0000-000000000000";
    for (object, tenant) in [(zeros, HOME), (X, zeros), ("", HOME), (X, "")] {
        let mut ada = candidate("ada", evidence(Origin::EntraId, Some(object), Some(tenant)));
        ada.evidence.exported = vec![ExportedIdentity { object_id: object.to_owned(), tenant_id: tenant.to_owned() }];
        assert_eq!(judge(&sign_in(tenant, object), &[ada]), Verdict::Nobody);
    }
}

/// Somebody in a world whose truth is known.
#[derive(Clone, Debug)]
struct Human {
    /// Belongs to one tenant, and is a guest in others; or has a personal account.
    home: Option<usize>,
    guest_in: Vec<usize>,
    accounts: Vec<Told>,
}

/// What is known of one of their accounts at Azure DevOps.
#[derive(Clone, Debug)]
struct Told {
    origin: bool,
    legacy: bool,
    descriptor: bool,
    exported: bool,
    /// The user name was another's before, or will be.
    user_name: usize,
}

const TENANTS: usize = 3;

fn tenant(n: usize) -> String {
    format!("{n:08x}-62fd-4274-a7d2-8fac775942b6")
}

fn object(human: usize, tenant: usize) -> EntraPerson {
    EntraPerson::new(self::tenant(tenant), format!("{human:08x}-{tenant:04x}-43bc-918f-304dfa2b6317"))
}

fn humans() -> impl Strategy<Value = Vec<Human>> {
    let told = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), 0..3_usize);
    let told = told.prop_map(|(origin, legacy, descriptor, exported, user_name)| Told {
        origin,
        legacy,
        descriptor,
        exported,
        user_name,
    });
    let human = (
        proptest::option::weighted(0.9, 0..TENANTS),
        proptest::collection::vec(0..TENANTS, 0..3),
        proptest::collection::vec(told, 1..4),
    );
    let human = human.prop_map(|(home, guest_in, accounts)| Human { home, guest_in, accounts });
    proptest::collection::vec(human, 1..6)
}

impl Human {
    fn evidence(&self, n: usize, account: usize) -> AzureEvidence {
        let told = &self.accounts[account];
        let mut evidence = AzureEvidence::default();
        evidence.profile_id = format!("{n:08x}-{account:04x}-44f4-9451-8107cb2767db");
        evidence.subject_descriptor = told.descriptor.then(|| format!("aad.{n}"));
        let Some(home) = self.home else {
            evidence.origin = Origin::Personal;
            evidence.origin_id = Some(format!("0003BFFD{n:08X}"));
            return evidence;
        };
        let person = object(n, home);
        if told.origin {
            evidence.origin = Origin::EntraId;
            evidence.home_tenant = Some(person.tenant_id.to_uppercase());
            evidence.origin_id = Some(person.object_id.clone());
        }
        if told.exported {
            evidence.exported = vec![ExportedIdentity {
                object_id: person.object_id.to_uppercase(),
                tenant_id: person.tenant_id.clone(),
            }];
        }
        evidence.legacy_descriptor = told.legacy.then(|| {
            let (tenant, name) = (&person.tenant_id, told.user_name);
            format!("Microsoft.IdentityModel.Claims.ClaimsIdentity;{tenant}\\name{name}@fabrikam.example")
        });
        evidence
    }

    /// All the ways in which they may come.
    fn sign_ins(&self, n: usize) -> Vec<EntraSignIn> {
        let home = self.home.map(|home| object(n, home));
        let tenants: BTreeSet<_> = self.home.iter().chain(&self.guest_in).copied().collect();
        let come = |tenant| {
            let mut sign_in = EntraSignIn::new(object(n, tenant));
            sign_in.home.clone_from(&home);
            sign_in.user_name = Some(format!("name{}@fabrikam.example", n % 3));
            sign_in
        };
        let plain: Vec<_> = tenants.into_iter().map(come).collect();
        let seen = |(at, sign_in): (usize, &EntraSignIn)| {
            let account = at % self.accounts.len();
            let descriptor = format!("aad.{n}");
            seen_as(sign_in.clone(), &self.evidence(n, account).profile_id, Some(&descriptor))
        };
        plain.iter().cloned().chain(plain.iter().enumerate().map(seen)).collect()
    }
}

fn world(humans: &[Human]) -> Vec<Candidate> {
    let of = |(n, human): (usize, &Human)| {
        let made = |account| candidate(&format!("user-{n}"), human.evidence(n, account));
        (0..human.accounts.len()).map(made).collect::<Vec<_>>()
    };
    humans.iter().enumerate().flat_map(of).collect()
}

fn apply(candidates: &mut [Candidate], person: &EntraPerson, user: &str) {
    for candidate in candidates.iter_mut().filter(|candidate| candidate.user == user) {
        if !candidate.entra.contains(person) {
            candidate.entra.push(person.clone());
        }
    }
}

/// Evidence that nobody told the truth in.
fn rubbish() -> impl Strategy<Value = (EntraSignIn, Vec<Candidate>)> {
    let person = || (0..3_usize, 0..2_usize).prop_map(|(human, tenant)| object(human, tenant));
    let evidence = (
        0..3_usize,
        prop_oneof![Just(Origin::EntraId), Just(Origin::Personal), Just(Origin::Unknown)],
        proptest::option::of(person()),
        proptest::collection::vec(person(), 0..3),
        proptest::option::of(0..2_usize),
        proptest::option::of(0..2_usize),
    );
    let evidence = evidence.prop_map(|(profile, origin, home, exported, descriptor, name)| {
        let mut evidence = AzureEvidence::default();
        evidence.profile_id = format!("profile-{profile}");
        evidence.origin = origin;
        evidence.origin_id = home.as_ref().map(|home| home.object_id.clone());
        evidence.home_tenant = home.map(|home| home.tenant_id);
        let exported = exported.into_iter();
        evidence.exported =
            exported.map(|known| ExportedIdentity { object_id: known.object_id, tenant_id: known.tenant_id }).collect();
        evidence.subject_descriptor = descriptor.map(|n| format!("aad.{n}"));
        evidence.legacy_descriptor = name
            .map(|n| format!("Microsoft.IdentityModel.Claims.ClaimsIdentity;{}\\name{n}@fabrikam.example", tenant(n)));
        evidence
    });
    let known = (0..3_usize, evidence, proptest::collection::vec(person(), 0..2));
    let known = known.prop_map(|(user, evidence, entra)| {
        let mut known = candidate(&format!("user-{user}"), evidence);
        known.entra = entra;
        known
    });
    let azure = proptest::option::of((0..3_usize, proptest::option::of(0..2_usize)));
    let sign_in = (person(), proptest::option::of(person()), azure, proptest::option::of(0..2_usize));
    let sign_in = sign_in.prop_map(|(person, home, azure, name)| {
        let mut sign_in = EntraSignIn::new(person);
        sign_in.home = home;
        sign_in.user_name = name.map(|n| format!("NAME{n}@fabrikam.example"));
        if let Some((profile, descriptor)) = azure {
            let descriptor = descriptor.map(|n| format!("aad.{n}"));
            sign_in = seen_as(sign_in, &format!("PROFILE-{profile}"), descriptor.as_deref());
        }
        sign_in
    });
    (sign_in, proptest::collection::vec(known, 0..6))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_a_true_world_nobody_is_taken_for_another_and_whoever_has_proof_is_found(humans in humans()) {
        let candidates = world(&humans);
        for (n, human) in humans.iter().enumerate() {
            let user = format!("user-{n}");
            let is_told = human.accounts.iter().any(|told| told.origin || told.exported);
            for sign_in in human.sign_ins(n) {
                let verdict = judge(&sign_in, &candidates);
                prop_assert!(named(&verdict).is_none_or(|named| named == user), "{:?} is {:?}", sign_in, verdict);
                prop_assert!(!matches!(verdict, Verdict::Conflict { .. }), "{:?}", verdict);
                if human.home.is_some() && is_told {
                    prop_assert!(matches!(verdict, Verdict::Exact(_)), "{:?} is {:?}", sign_in, verdict);
                }
                if human.home.is_none() {
                    prop_assert_eq!(named(&verdict), None);
                }
            }
        }
    }

    #[test]
    fn a_user_name_alone_never_links(humans in humans()) {
        let bare: Vec<_> = humans.iter().map(|human| {
            let bare = |told: &Told| Told { origin: false, legacy: true, descriptor: false, exported: false, ..told.clone() };
            Human { accounts: human.accounts.iter().map(bare).collect(), ..human.clone() }
        }).collect();
        let candidates = world(&bare);
        for (n, human) in bare.iter().enumerate() {
            for mut sign_in in human.sign_ins(n) {
                sign_in.azure = None;
                let verdict = judge(&sign_in, &candidates);
                prop_assert_eq!(named(&verdict), None);
            }
        }
    }

    #[test]
    fn a_human_with_two_users_is_linked_to_neither(humans in humans(), which in 0..6_usize) {
        let n = which % humans.len();
        let human = Human { home: Some(0), ..humans[n].clone() };
        let told = Told { origin: true, legacy: false, descriptor: false, exported: false, user_name: 0 };
        let human = Human { accounts: vec![told], ..human };
        let mut candidates = vec![candidate("one", human.evidence(n, 0)), candidate("two", human.evidence(n, 0))];
        candidates.extend(world(&humans).into_iter().filter(|candidate| candidate.user != format!("user-{n}")));
        for sign_in in human.sign_ins(n) {
            let verdict = judge(&sign_in, &candidates);
            let is_conflict = matches!(&verdict, Verdict::Conflict { users, .. } if users.len() == 2);
            prop_assert!(is_conflict, "{:?}", verdict);
        }
    }

    #[test]
    fn the_order_of_candidates_does_not_matter(
        (sign_in, candidates, shuffled) in rubbish().prop_flat_map(|(sign_in, candidates)| {
            (Just(sign_in), Just(candidates.clone()), Just(candidates).prop_shuffle())
        })
    ) {
        prop_assert_eq!(judge(&sign_in, &candidates), judge(&sign_in, &shuffled));
    }

    #[test]
    fn what_was_linked_stays_linked_and_no_two_users_get_one_person((sign_in, mut candidates) in rubbish()) {
        let before = judge(&sign_in, &candidates);
        let Some(user) = named(&before).map(str::to_owned) else { return Ok(()) };
        let mut owners = candidates.iter().filter(|known| known.entra.contains(&sign_in.person));
        prop_assert!(owners.all(|owner| owner.user == user), "it was another's");
        apply(&mut candidates, &sign_in.person, &user);
        prop_assert_eq!(judge(&sign_in, &candidates), Verdict::Linked { user });
    }

    #[test]
    fn case_says_nothing((sign_in, candidates) in rubbish()) {
        let upper: Vec<_> = candidates.iter().map(|known| {
            let mut known = known.clone();
            let evidence = &mut known.evidence;
            evidence.profile_id.make_ascii_uppercase();
            for id in evidence.origin_id.iter_mut().chain(&mut evidence.home_tenant) {
                id.make_ascii_uppercase();
            }
            for exported in &mut evidence.exported {
                exported.object_id.make_ascii_uppercase();
                exported.tenant_id.make_ascii_uppercase();
            }
            known
        }).collect();
        prop_assert_eq!(judge(&sign_in, &candidates), judge(&sign_in, &upper));
    }

    #[test]
    fn what_proves_is_never_doubted_and_never_a_name((sign_in, candidates) in rubbish()) {
        if let Verdict::Exact(hit) | Verdict::Strong(hit) = judge(&sign_in, &candidates) {
            prop_assert_eq!(hit.doubt, None);
            prop_assert!(hit.method != Method::UserName);
            let mut proofs = candidates.iter().filter(|known| known.account == hit.account && known.user == hit.user);
            prop_assert!(proofs.any(|known| known.evidence.origin != Origin::Personal));
        }
    }
}

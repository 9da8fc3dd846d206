use std::collections::BTreeSet;

use admit::Random;
use admit_testkit::FixedRandom;

use super::*;

/// The published scopes that a token has when those are asked for.
fn allowed<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'static str> {
    let asked = names.into_iter().filter_map(Scope::parse);
    asked.flat_map(|scope| std::iter::once(scope).chain(scope.implied())).map(Scope::as_str).collect()
}

/// All that a plan must be, whatever was asked for.
fn check(given: &[&str]) {
    let plan = map(given, Purpose::Calls);
    let permissions = plan.permissions();

    // The fewest: each brings something that the others do not.
    for (place, left_out) in permissions.iter().enumerate() {
        let others = permissions.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, name)| *name);
        assert!(!allowed(others).contains(left_out), "{given:?}: {left_out} comes with another");
    }
    // As much as before, and no more. Hooks are brought or left out.
    let is_askable = |name: &&&str| Scope::parse(name).is_none_or(|scope| !is_of_hooks(scope));
    assert_eq!(allowed(permissions.iter().copied()), allowed(given.iter().filter(is_askable).copied()), "{given:?}");
    // Once more, it is the same.
    let again = map(&plan.explicit(), Purpose::Calls);
    assert_eq!((again.permissions(), again.explicit()), (permissions.clone(), plan.explicit()), "{given:?}");
    assert!(again.is_complete(), "{given:?}: {:?}", again.notes());
    // In another order, too.
    let reversed: Vec<_> = given.iter().rev().collect();
    assert_eq!(map(&reversed, Purpose::Calls), plan, "{given:?}");
    assert_eq!(map(&[given.join(" ")], Purpose::Calls), plan, "{given:?}");
    // Never both forms in one.
    assert!(plan.explicit().iter().all(|scope| !scope.ends_with(".default")), "{given:?}");
    assert!(plan.default_form().iter().all(|scope| !scope.contains("/vso.")), "{given:?}");
    // Whoever is left with nothing is told.
    let lost = given.iter().any(|name| {
        Scope::parse(name).is_some_and(is_of_hooks) && !allowed(permissions.clone()).contains("vso.hooks_write")
    });
    assert_eq!(plan.is_complete(), !lost, "{given:?}: {:?}", plan.notes());
}

#[test]
fn every_pair_of_scopes_becomes_the_fewest_that_allow_the_same() {
    for one in Scope::ALL {
        for other in Scope::ALL {
            check(&[one.as_str(), other.as_str()]);
        }
    }
}

#[test]
fn any_set_of_scopes_becomes_the_fewest_that_allow_the_same() {
    let random = FixedRandom::new(8);
    for _ in 0..2000 {
        let mut bytes = [0; 12];
        random.fill(&mut bytes);
        let scopes = bytes.iter().filter_map(|byte| Scope::ALL.get(usize::from(*byte))).map(|scope| scope.as_str());
        check(&scopes.collect::<Vec<_>>());
    }
}

#[test]
fn all_85_at_once_become_39() {
    let all: Vec<_> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    check(&all);
    assert_eq!(map(&all, Purpose::Calls).permissions().len(), 39);
}

#[test]
fn a_profile_that_only_signs_people_in_takes_no_permission_of_azure_devops() {
    let plan = map(&["vso.profile"], Purpose::SignIn);
    assert_eq!(plan.explicit(), ["openid", "profile", "email"]);
    assert_eq!(plan.default_form(), plan.explicit());
    assert_eq!((plan.permissions(), plan.is_complete()), (vec![], true));

    // The others are kept all the same.
    let plan = map(&["vso.profile", "vso.project"], Purpose::SignIn);
    assert_eq!(plan.permissions(), ["vso.project"]);
    assert_eq!(plan.default_form()[3..], ["offline_access", "499b84ac-1321-427f-aa17-267ca6975798/.default"]);
    // And where it is called, it stays.
    assert_eq!(map(&["vso.profile"], Purpose::Calls).permissions(), ["vso.profile"]);
}

#[test]
fn an_application_by_itself_asks_for_the_default_and_for_no_permission() {
    let plan = map(&["vso.code", "vso.full_access"], Purpose::Application);
    assert_eq!((plan.explicit(), plan.permissions()), (vec![], vec![]));
    assert_eq!(plan.default_form(), ["499b84ac-1321-427f-aa17-267ca6975798/.default"]);
    assert_eq!(plan.notes(), [Note::AccessIsMembership]);
    assert!(!map(&["User.Read"], Purpose::Application).is_complete());
}

#[test]
fn what_has_no_equivalent_stops_the_plan_and_is_replaced_by_nothing() {
    for name in
        ["vso.full_access", "preview_api_all", "User.Read", ".default", "499b84ac-1321-427f-aa17-267ca6975798/.default"]
    {
        let plan = map(&[name, "vso.code"], Purpose::Calls);
        assert!(!plan.is_complete(), "{name}");
        assert_eq!(plan.permissions(), ["vso.code"], "{name}");
    }
}

#[test]
fn hooks_are_brought_by_others_and_asked_for_by_nobody() {
    let by = |names: &[&str]| {
        let plan = map(names, Purpose::Calls);
        let notes: Vec<_> = plan.notes().iter().map(|note| format!("{}: {note}", note.severity())).collect();
        (plan.permissions().join(" "), notes.join("\n"))
    };
    for carrier in ["vso.work", "vso.code_full", "vso.build"] {
        let (permissions, notes) = by(&["vso.hooks_write", carrier]);
        assert_eq!(permissions, carrier);
        assert!(notes.contains(&format!("info: vso.hooks_write comes with {carrier}")), "{notes}");
    }
    insta::assert_snapshot!(
        by(&["vso.hooks", "vso.profile"]).1,
        @"stop: vso.hooks cannot be asked for: service hooks come with vso.work, vso.code and vso.build; choose one of them"
    );
    insta::assert_snapshot!(
        by(&["vso.hooks_interact", "vso.work"]).1,
        @"warning: vso.hooks_interact cannot be asked for, and the published table names no scope that brings it; try it before you rely on it"
    );
    // What cannot be asked for brings nothing either.
    assert_eq!(by(&["vso.hooks", "vso.profile"]).0, "vso.profile");
}

#[test]
fn every_note_says_what_it_is_about_and_how_much_it_matters() {
    let plan = map(
        &[
            "VSO.Profile vso.profile,vso.work vso.hooks_interact vso.full_access user_impersonation vso.pats",
            "vso.cod_write vso.brand_new vso.tokens User.Read https://app.vssps.visualstudio.com/.default openid",
        ],
        Purpose::Calls,
    );
    let notes: Vec<_> = plan.notes().iter().map(|note| format!("{:7} {note}", note.severity())).collect();
    insta::assert_snapshot!(notes.join("\n"), @r#"
    info    scopes are divided by ",", where Azure DevOps takes a space
    info    "VSO.Profile" is read as vso.profile
    info    vso.profile is given more than once
    warning vso.hooks_interact cannot be asked for, and the published table names no scope that brings it; try it before you rely on it
    warning vso.tokens is of high privilege; is less enough?
    info    vso.tokens changes secrets of Azure DevOps OAuth by its API; once that ends, is it needed?
    info    vso.profile comes with vso.work, so it is not asked for
    info    vso.pats is known to Entra ID only
    warning user_impersonation allows all that the person may do; name the scopes that are needed in its place
    warning vso.brand_new is in no published list and is passed on as it is
    warning vso.cod_write is in no published list and is passed on as it is; is it vso.code_write?
    stop    vso.full_access has no equivalent in Entra ID; name the scopes that the application needs
    stop    "https://app.vssps.visualstudio.com/.default" stands for all that a registration holds; name the scopes that it holds
    stop    "User.Read" is no scope of Azure DevOps
    "#);
    let hooks = map(&["vso.hooks"], Purpose::Calls);
    assert_eq!(hooks.notes()[0].scope(), Some("vso.hooks"));
}

#[test]
fn nothing_given_is_a_sign_in() {
    let plan = map(&[] as &[&str], Purpose::Calls);
    assert_eq!(plan.explicit(), ["openid", "profile", "email"]);
    assert!(plan.is_complete() && plan.notes().is_empty());
}

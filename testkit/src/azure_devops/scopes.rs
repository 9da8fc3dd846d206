//! The scopes in plain words, and which of them bring others along.

/// What a scope allows, in the words of a consent page.
pub(crate) fn in_words(scope: &str) -> Option<&'static str> {
    WORDS.iter().find(|(known, _)| *known == scope).map(|(_, words)| *words)
}

/// Whether one of the granted scopes is the needed one or brings it along.
pub(super) fn allow<S: AsRef<str>>(granted: &[S], needed: &str) -> bool {
    // Only Entra ID gives out the first, which stands for all of them.
    granted.iter().any(|scope| scope.as_ref() == "user_impersonation" || brings(scope.as_ref(), needed))
}

fn brings(scope: &str, needed: &str) -> bool {
    let mut current = scope;
    loop {
        if current == needed {
            return true;
        }
        // The chains below are short and have no circle.
        match BRINGS.iter().find(|(scope, _)| *scope == current) {
            Some((_, next)) => current = next,
            None => return false,
        }
    }
}

const WORDS: &[(&str, &str)] = &[
    ("vso.agentpools", "See your agent pools and agents"),
    ("vso.analytics", "Query analytics data"),
    ("vso.build", "See your builds and their results"),
    ("vso.build_execute", "See, start and change builds"),
    ("vso.code", "Read your source code, commits and pull requests"),
    ("vso.code_full", "Do anything with your source code and repositories"),
    ("vso.code_manage", "Read and write your source code, and create or delete repositories"),
    ("vso.code_write", "Read and write your source code, and manage pull requests"),
    ("vso.dashboards", "See your team dashboards"),
    ("vso.graph", "See users, groups and memberships"),
    ("vso.identity", "See identities and groups"),
    ("vso.memberentitlementmanagement", "See users and their licences"),
    ("vso.packaging", "See your feeds and packages"),
    ("vso.profile", "See your profile: your name, address and picture"),
    ("vso.profile_write", "See and change your profile"),
    ("vso.project", "See your projects and teams"),
    ("vso.project_manage", "Create, change and delete projects and teams"),
    ("vso.project_write", "See and change your projects and teams"),
    ("vso.release", "See your releases"),
    ("vso.test", "See your test plans and results"),
    ("vso.tokens", "Manage tokens on your behalf"),
    ("vso.wiki", "Read your wikis"),
    ("vso.wiki_write", "Read and write your wikis"),
    ("vso.work", "See your work items, queries and boards"),
    ("vso.work_full", "Do anything with your work items and boards"),
    ("vso.work_write", "See, create and change work items"),
];

const BRINGS: &[(&str, &str)] = &[
    ("vso.build", "vso.hooks_write"),
    ("vso.build_execute", "vso.build"),
    ("vso.code", "vso.hooks_write"),
    ("vso.code_full", "vso.code_manage"),
    ("vso.code_manage", "vso.code_write"),
    ("vso.code_write", "vso.code"),
    ("vso.hooks", "vso.profile"),
    ("vso.hooks_write", "vso.hooks"),
    ("vso.packaging", "vso.profile"),
    ("vso.profile_write", "vso.profile"),
    ("vso.project_manage", "vso.project_write"),
    ("vso.project_write", "vso.project"),
    ("vso.release", "vso.profile"),
    ("vso.test", "vso.profile"),
    ("vso.wiki_write", "vso.wiki"),
    ("vso.work", "vso.hooks_write"),
    ("vso.work_full", "vso.work_write"),
    ("vso.work_write", "vso.work"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_brings_along_what_it_inherits_and_nothing_else() {
        assert!(allow(&["vso.work_full"], "vso.profile"));
        assert!(allow(&["vso.code_manage"], "vso.code"));
        assert!(!allow(&["vso.code"], "vso.code_write"));
        assert!(!allow(&["vso.project"], "vso.profile"));
        assert!(!allow::<&str>(&[], "vso.profile"));
    }

    #[test]
    fn every_chain_comes_to_an_end() {
        for (scope, _) in BRINGS {
            assert!(!brings(scope, "no such scope"));
        }
    }
}

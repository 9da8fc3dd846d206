//! `admit azure scopes map` and `admit azure orgs probe`: the binary itself, against a pretend Azure DevOps on a socket.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::process::Stdio;

use admit_testkit::PretendAzureDevOps;
use admit_testkit::azure_devops::{Fault, Organization, Person, Served, Stage};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

const TENANT: &str = "7a394543-62fd-4274-a7d2-8fac775942b6";
const CALLBACK: &str = "https://app.example/api/auth/callback/azure-devops";

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn admit(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_admit"));
    command.arg("azure").args(arguments).env_clear().kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn run(mut command: Command) -> Ran {
    let output = command.output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

async fn map(arguments: &[&str]) -> Ran {
    run(admit(&[&["scopes", "map"], arguments].concat())).await
}

#[tokio::test]
async fn scopes_are_mapped_for_people_and_for_programs() {
    let scopes = ["vso.profile", "vso.work vso.code_write", "VSO.Project"];
    let table = map(&scopes).await;
    insta::assert_snapshot!(table.out, @r#"
    scope           outcome     by              severity  notes
    vso.code_write  permission  -               warning   vso.code_write is of high privilege; is less enough?
    vso.project     permission  -               info      "VSO.Project" is read as vso.project
    vso.profile     comes_with  vso.code_write  info      vso.profile comes with vso.code_write, so it is not asked for
    vso.work        permission  -               -         -

    tick in the registration  vso.code_write vso.project vso.work
    ask for                   openid profile email offline_access 499b84ac-1321-427f-aa17-267ca6975798/vso.code_write 499b84ac-1321-427f-aa17-267ca6975798/vso.project 499b84ac-1321-427f-aa17-267ca6975798/vso.work
    or ask for                openid profile email offline_access 499b84ac-1321-427f-aa17-267ca6975798/.default
    complete                  true
    "#);
    let json = map(&[&scopes[..], &["--format", "json"]].concat()).await;
    insta::assert_snapshot!(json.out, @r#"
    {
      "complete": true,
      "explicit": [
        "openid",
        "profile",
        "email",
        "offline_access",
        "499b84ac-1321-427f-aa17-267ca6975798/vso.code_write",
        "499b84ac-1321-427f-aa17-267ca6975798/vso.project",
        "499b84ac-1321-427f-aa17-267ca6975798/vso.work"
      ],
      "default_form": [
        "openid",
        "profile",
        "email",
        "offline_access",
        "499b84ac-1321-427f-aa17-267ca6975798/.default"
      ],
      "permissions": [
        "vso.code_write",
        "vso.project",
        "vso.work"
      ],
      "scopes": [
        {
          "scope": "vso.code_write",
          "outcome": "permission",
          "by": null,
          "severity": "warning",
          "notes": "vso.code_write is of high privilege; is less enough?"
        },
        {
          "scope": "vso.project",
          "outcome": "permission",
          "by": null,
          "severity": "info",
          "notes": "\"VSO.Project\" is read as vso.project"
        },
        {
          "scope": "vso.profile",
          "outcome": "comes_with",
          "by": "vso.code_write",
          "severity": "info",
          "notes": "vso.profile comes with vso.code_write, so it is not asked for"
        },
        {
          "scope": "vso.work",
          "outcome": "permission",
          "by": null,
          "severity": null,
          "notes": ""
        }
      ],
      "notes": [
        {
          "severity": "info",
          "kind": "respelt",
          "scope": "vso.project",
          "text": "\"VSO.Project\" is read as vso.project"
        },
        {
          "severity": "warning",
          "kind": "high_privilege",
          "scope": "vso.code_write",
          "text": "vso.code_write is of high privilege; is less enough?"
        },
        {
          "severity": "info",
          "kind": "included",
          "scope": "vso.profile",
          "text": "vso.profile comes with vso.code_write, so it is not asked for"
        }
      ]
    }
    "#);
    let csv = map(&[&scopes[..], &["--format", "csv"]].concat()).await;
    insta::assert_snapshot!(csv.out, @r#"
    scope,outcome,by,severity,notes
    vso.code_write,permission,,warning,vso.code_write is of high privilege; is less enough?
    vso.project,permission,,info,"""VSO.Project"" is read as vso.project"
    vso.profile,comes_with,vso.code_write,info,"vso.profile comes with vso.code_write, so it is not asked for"
    vso.work,permission,,,
    "#);
    for ran in [table, json, csv] {
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    }
}

#[tokio::test]
async fn a_scope_without_a_place_is_not_success() {
    for scope in ["vso.full_access", "preview_api_all", "vso.hooks_write", "User.Read", ".default"] {
        for format in ["table", "json", "csv"] {
            let ran = map(&["vso.code_status", scope, "--format", format]).await;
            assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""), "{scope}: {}", ran.out);
        }
    }
    insta::assert_snapshot!(map(&["vso.full_access vso.cod_write, user_impersonation vso.hooks"]).await.out, @r#"
    scope               outcome     by  severity  notes
    vso.hooks           nothing     -   stop      vso.hooks cannot be asked for: service hooks come with vso.work, vso.code and vso.build; choose one of them
    user_impersonation  permission  -   warning   user_impersonation allows all that the person may do; name the scopes that are needed in its place
    vso.cod_write       permission  -   warning   vso.cod_write is in no published list and is passed on as it is; is it vso.code_write?
    vso.full_access     nothing     -   stop      vso.full_access has no equivalent in Entra ID; name the scopes that the application needs

    scopes are divided by ",", where Azure DevOps takes a space

    tick in the registration  user_impersonation vso.cod_write
    ask for                   openid profile email offline_access 499b84ac-1321-427f-aa17-267ca6975798/user_impersonation 499b84ac-1321-427f-aa17-267ca6975798/vso.cod_write
    or ask for                openid profile email offline_access 499b84ac-1321-427f-aa17-267ca6975798/.default
    complete                  false
    "#);
    // With a scope that brings them, hooks have their place.
    assert_eq!(map(&["vso.hooks_write", "vso.code"]).await.code, Some(0));
}

#[tokio::test]
async fn signing_people_in_takes_no_permission_and_an_application_takes_none_either() {
    insta::assert_snapshot!(map(&["vso.profile", "--sign-in-only"]).await.out, @r"
    scope        outcome  by  severity  notes
    vso.profile  sign_in  -   info      vso.profile is not needed to sign people in: the ID token says who they are

    tick in the registration  -
    ask for                   openid profile email
    or ask for                -
    complete                  true
    ");
    insta::assert_snapshot!(map(&["vso.code", "--app-only"]).await.out, @r"
    scope     outcome     by  severity  notes
    vso.code  membership  -   -         -

    an application by itself has no delegated permissions: make its service principal a member of each organisation, and give it a licence there

    tick in the registration  -
    ask for                   -
    or ask for                499b84ac-1321-427f-aa17-267ca6975798/.default
    complete                  true
    ");
    assert_eq!(map(&["vso.code", "--app-only", "--sign-in-only"]).await.code, Some(2));
}

#[tokio::test]
async fn scopes_come_from_standard_input_and_else_from_the_environment() {
    let mut command = admit(&["scopes", "map", "--format", "csv"]);
    command.env("AUTH_AZURE_DEVOPS_SCOPE", "vso.wiki").stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"vso.code\nvso.work\n").await.unwrap();
    let out = String::from_utf8(child.wait_with_output().await.unwrap().stdout).unwrap();
    insta::assert_snapshot!(out, @r"
    scope,outcome,by,severity,notes
    vso.code,permission,,,
    vso.work,permission,,,
    ");

    let mut command = admit(&["scopes", "map", "--format", "csv"]);
    command.env("AUTH_AZURE_DEVOPS_SCOPE", "vso.wiki");
    insta::assert_snapshot!(run(command).await.out, @r"
    scope,outcome,by,severity,notes
    vso.wiki,permission,,,
    ");

    let nothing = map(&[]).await;
    assert_eq!((nothing.code, nothing.out.as_str()), (Some(2), ""));
    assert!(nothing.err.contains("there are no scopes; give them"), "{}", nothing.err);
}

async fn served() -> (PretendAzureDevOps, Served) {
    let ada = Person::new("ada", "Ada")
        .organization(Organization::new("fabrikam").tenant(TENANT))
        .organization(Organization::new("lamplight"));
    let azure = PretendAzureDevOps::builder("app", "a.b.c", CALLBACK).person(ada).build();
    let served = azure.clone().serve().await.unwrap();
    (azure, served)
}

async fn probe(served: &Served, arguments: &[&str]) -> Ran {
    let mut command = admit(&[&["orgs", "probe", "--rate", "1000"], arguments].concat());
    command.env("AUTH_AZURE_DEVOPS_ENDPOINTS", served.base_url());
    run(command).await
}

#[tokio::test]
async fn organisations_are_told_with_their_tenants() {
    // azure.md T56, T57
    let (azure, served) = served().await;
    let both = ["fabrikam", "https://lamplight.visualstudio.com/", "dev.azure.com/Fabrikam"];
    let table = probe(&served, &both).await;
    insta::assert_snapshot!(table.out, @r"
    organization  belongs to         tenant                                why
    fabrikam      tenant             7a394543-62fd-4274-a7d2-8fac775942b6  -
    lamplight     personal_accounts  -                                     -
    ");
    assert_eq!((table.code, azure.count(Stage::Rest)), (Some(0), 2), "{}", table.err);
    let json = probe(&served, &[&both[..], &["--format", "json"]].concat()).await;
    insta::assert_snapshot!(json.out, @r#"
    [
      {
        "organization": "fabrikam",
        "belongs_to": "tenant",
        "tenant": "7a394543-62fd-4274-a7d2-8fac775942b6",
        "why": null
      },
      {
        "organization": "lamplight",
        "belongs_to": "personal_accounts",
        "tenant": null,
        "why": null
      }
    ]
    "#);
    let csv = probe(&served, &["fabrikam", "nowhere", "--format", "csv"]).await;
    insta::assert_snapshot!(csv.out, @r"
    organization,belongs_to,tenant,why
    fabrikam,tenant,7a394543-62fd-4274-a7d2-8fac775942b6,
    nowhere,not_found,,
    ");
    assert_eq!(csv.code, Some(1));
    let is_anonymous = |request: &admit_testkit::azure_devops::RecordedRequest| {
        request.method() == "HEAD" && !request.request().headers().contains_key("authorization")
    };
    assert!(azure.requests().iter().all(is_anonymous));
    assert_eq!(azure.violations(), [""; 0]);
}

#[tokio::test]
async fn what_is_not_said_is_left_and_who_does_not_answer_has_failed() {
    // azure.md T58
    let (azure, served) = served().await;
    let evil = format!("Bearer authorization_uri=https://evil.example/{TENANT}");
    azure.fail_once(Stage::Rest, Fault::Headers(vec![("www-authenticate", evil)]));
    let ran = probe(&served, &["fabrikam", "lamplight"]).await;
    insta::assert_snapshot!(ran.out, @r"
    organization  belongs to         tenant  why
    fabrikam      unknown            -       the answer names an authority that is not microsoft's; it is not believed
    lamplight     personal_accounts  -       -
    ");
    assert_eq!(ran.code, Some(1));

    azure.fail_once(Stage::Rest, Fault::TooManyRequests { retry_after: "3000".to_owned() });
    let ran = probe(&served, &["fabrikam", "lamplight"]).await;
    assert_eq!(ran.code, Some(3));
    assert_eq!(ran.out.matches("wants to be asked again in").count(), 2, "{}", ran.out);
    assert_eq!(azure.count(Stage::Rest), 3, "the second is not asked about before the time");

    azure.fail_once(Stage::Rest, Fault::DroppedConnection);
    let ran = probe(&served, &["fabrikam", "lamplight", "--format", "json"]).await;
    assert_eq!(ran.code, Some(3));
    assert!(
        ran.out.contains("could not be asked: connection failed") && ran.out.contains("personal_accounts"),
        "{}",
        ran.out
    );
}

#[tokio::test]
async fn nothing_is_asked_of_a_stranger_and_no_password_is_shown() {
    let mut command = admit(&["orgs", "probe", "fabrikam"]);
    let elsewhere = run({
        command.env("AUTH_AZURE_DEVOPS_ENDPOINTS", "https://evil.example");
        command
    })
    .await;
    assert_eq!((elsewhere.code, elsewhere.out.as_str()), (Some(2), ""));
    assert!(elsewhere.err.contains("is not on this machine"), "{}", elsewhere.err);

    let (azure, served) = served().await;
    for name in ["https://ada:hunter2@evil.example/fabrikam", "a/../b", "-", "git@ssh.dev.azure.com:v3/fabrikam/x"] {
        let ran = probe(&served, &["fabrikam", "--", name]).await;
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{name}");
        assert!(ran.err.contains("organisation 2:") && !ran.err.contains("hunter2"), "{}", ran.err);
    }
    assert_eq!(azure.count(Stage::Rest), 0);
}

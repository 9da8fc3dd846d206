//! Two people and the things they work on, for the first minute and for tests that need somebody.
//!
//! Norma has an address, a picture and two organisations. Bo has neither address nor picture, and shares one of them.

use bytes::Bytes;

use super::data::{Build, BuildOutcome, Organization, Person, Project, WorkItem};

pub(super) fn people() -> Vec<Person> {
    let norma = Person::new("norma", NORMA)
        .email("norma@fabrikam.example")
        .avatar(Bytes::from_static(include_bytes!("norma.png")))
        .organization(fabrikam())
        .organization(Organization::new("lamplight").project(lantern()));
    let bo = Person::new("bo", BO).organization(fabrikam());
    vec![norma, bo]
}

/// Somebody who has just begun at Fabrikam.
pub(super) fn newcomer(login: &str) -> Person {
    let mut letters = login.chars();
    let name = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>());
    Person::new(login, name.unwrap_or_default()).email(format!("{login}@fabrikam.example")).organization(fabrikam())
}

fn fabrikam() -> Organization {
    Organization::new("fabrikam")
        .project(harbor())
        .project(field_notes())
        .project(Project::new("Attic", "Where finished things rest"))
}

fn harbor() -> Project {
    Project::new("Harbor", "Berths, tides and the ships between them")
        .work_items([
            WorkItem::new(101, "User Story", "Active", "A harbour master sees all berths on one page")
                .assigned_to(NORMA),
            WorkItem::new(102, "Task", "Active", "Draw the berth map at phone width").assigned_to(BO),
            WorkItem::new(103, "Bug", "New", "Tide table shows yesterday after midnight UTC"),
            WorkItem::new(104, "Bug", "Active", "Two pilots can be booked for one ship").assigned_to(NORMA),
            WorkItem::new(105, "Task", "Resolved", "Replace the hand-written CSV reader").assigned_to(BO),
            WorkItem::new(106, "User Story", "New", "A captain is told when a berth becomes free"),
            WorkItem::new(107, "Task", "Closed", "Move the nightly import to 04:00").assigned_to(NORMA),
            WorkItem::new(108, "Bug", "Closed", "Ship names with an apostrophe break the search <b>").assigned_to(BO),
        ])
        .builds([
            Build::new(2041, "harbor-web", BuildOutcome::InProgress, NORMA, 3).branch("berth-map"),
            Build::new(2040, "harbor-web", BuildOutcome::Succeeded, BO, 47),
            Build::new(2039, "tide-import", BuildOutcome::Failed, NORMA, 190),
            Build::new(2038, "harbor-web", BuildOutcome::Succeeded, NORMA, 1_310),
        ])
        .repositories(["harbor-web", "tide-import"])
}

fn field_notes() -> Project {
    Project::new("Field Notes", "A notebook that works without a signal")
        .work_items([
            WorkItem::new(201, "Feature", "Active", "Notes are kept on the device until there is a network")
                .assigned_to(BO),
            WorkItem::new(202, "Bug", "Active", "A photo taken upside down stays upside down").assigned_to(NORMA),
            WorkItem::new(203, "Task", "New", "Ask three surveyors what they carry"),
            WorkItem::new(204, "Task", "Closed", "Choose a map that may be printed").assigned_to(BO),
            WorkItem::new(205, "Bug", "Resolved", "Sync stops at the first note without a title").assigned_to(NORMA),
        ])
        .builds([
            Build::new(877, "field-notes-ci", BuildOutcome::Failed, BO, 22).branch("offline-first"),
            Build::new(876, "field-notes-ci", BuildOutcome::Succeeded, NORMA, 300),
        ])
        .repositories(["field-notes"])
}

fn lantern() -> Project {
    Project::new("Lantern", "Street lights that report when they go out")
        .work_items([
            WorkItem::new(11, "User Story", "Active", "The night shift sees dark streets first").assigned_to(NORMA),
            WorkItem::new(12, "Bug", "New", "Lamp 4711 reports twice"),
            WorkItem::new(13, "Task", "Active", "Order two spare sensors").assigned_to(NORMA),
            WorkItem::new(14, "Task", "Closed", "Thank the electricians"),
            WorkItem::new(15, "Bug", "Resolved", "Dusk is computed for the wrong city").assigned_to(NORMA),
        ])
        .builds([Build::new(58, "lantern", BuildOutcome::Succeeded, NORMA, 75)])
        .repositories(["lantern", "lamp-firmware"])
}

const NORMA: &str = "Norma Paulk";
const BO: &str = "Bo Lindqvist";

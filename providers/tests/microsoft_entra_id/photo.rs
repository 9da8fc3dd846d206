//! The picture that an application asks Microsoft Graph for.

use admit::provider::{Fault, ProviderContext, ProviderError};
use admit::{Image, Secret};
use admit_providers::microsoft_entra_id::{Cloud, PhotoSize, photo};

use crate::replay::{Replay, StoppedClock, answer};

async fn ask(http: &Replay) -> Result<Option<Image>, ProviderError> {
    let cx = ProviderContext::new("microsoft-entra-id", "app", &StoppedClock, http);
    photo(&cx, Cloud::Global.graph(), &Secret::new("graph-token"), PhotoSize::P96).await
}

#[tokio::test]
async fn a_picture_is_what_its_first_bytes_say() {
    let http = Replay::new([answer(200, &b"\xff\xd8\xff\xe0...."[..])]);
    assert!(matches!(ask(&http).await, Ok(Some(Image::Bytes { media_type: "image/jpeg", .. }))));
    let request = &http.requests()[0];
    assert_eq!(request.uri(), "https://graph.microsoft.com/v1.0/me/photos/96x96/$value");
    assert_eq!(request.headers()["authorization"], "Bearer graph-token");
    assert!(request.headers()["authorization"].is_sensitive());
}

#[tokio::test]
async fn who_has_no_picture_has_none() {
    // azure.md T95
    let one_point = b"GIF89a\x01\x00\x01\x00\x80\x00\x00";
    for none in [answer(404, "{}"), answer(200, &one_point[..]), answer(200, "<svg onload=alert(1)>"), answer(200, "")]
    {
        assert_eq!(ask(&Replay::new([none])).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_token_for_another_resource_is_told_from_a_service_that_is_down() {
    // azure.md T95
    for (status, expected) in
        [(401, Fault::Reauthenticate), (403, Fault::Reauthenticate), (302, Fault::Protocol), (503, Fault::Temporary)]
    {
        assert_eq!(ask(&Replay::new([answer(status, "")])).await.unwrap_err().fault(), expected, "{status}");
    }
    assert_eq!(ask(&Replay::new([])).await.unwrap_err().fault(), Fault::Temporary);
}

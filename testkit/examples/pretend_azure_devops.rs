//! Runs the pretend Azure DevOps on http://127.0.0.1:4180 for an app on this machine, until it is interrupted.
//!
//! ```sh
//! cargo run -p admit-testkit --example pretend_azure_devops
//! ```

use admit_testkit::PretendAzureDevOps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let served =
        PretendAzureDevOps::builder("app-id", "secret", "http://localhost:3000/api/auth/callback/azure-devops")
            .app_name("Harbor")
            .allow_http_on_loopback()
            .build()
            .serve_on(4180)
            .await?;
    #[allow(clippy::print_stdout, reason = "this is what a person reads")]
    {
        println!("pretend Azure DevOps: {} (client id `app-id`, client secret `secret`)", served.base_url());
    }
    std::future::pending().await
}

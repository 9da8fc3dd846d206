//! The same answers on a loopback socket.

use std::io;

use admit::http::{HttpRequest, HttpResponse};
use async_trait::async_trait;

use super::{Dropped, PretendAzureDevOps};
use crate::served::{self, Answers, Served};

impl PretendAzureDevOps {
    /// Listens on a free port of 127.0.0.1 until the answer is dropped. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the socket cannot be opened.
    pub async fn serve(self) -> io::Result<Served> {
        self.serve_on(0).await
    }

    /// Listens on that port of 127.0.0.1.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn serve_on(self, port: u16) -> io::Result<Served> {
        served::serve(port, |_| self).await
    }
}

#[async_trait]
impl Answers for PretendAzureDevOps {
    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, Dropped> {
        self.handle(request).await
    }
}

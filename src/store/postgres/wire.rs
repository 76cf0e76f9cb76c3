//! The half of a connection that reads and writes, and what it hears besides the answers.

use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::{AsyncMessage, Error};

use super::error::{doubt, words};

/// tokio-postgres's connection, over whatever it runs.
pub trait Link: Send {
    /// The next message that is no answer; none when the connection has ended.
    fn poll_message(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>>;
}

impl<S, T> Link for tokio_postgres::Connection<S, T>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
    T: AsyncRead + AsyncWrite + Unpin + Send,
{
    fn poll_message(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>> {
        Self::poll_message(self, context)
    }
}

pub struct Wire {
    state: State,
    /// Why the answer that comes next must not be believed.
    doubt: Option<String>,
}

/// The link while it stands, and afterwards why it does not.
enum State {
    Up(Box<dyn Link>),
    Down(String),
}

impl Wire {
    pub fn new(link: Box<dyn Link>) -> Self {
        Self { state: State::Up(link), doubt: None }
    }

    /// Why the connection does not stand, if it does not.
    pub fn broken(&self) -> Option<String> {
        match &self.state {
            State::Up(_) => None,
            State::Down(reason) => Some(reason.clone()),
        }
    }

    pub fn give_up(&mut self, reason: &str) {
        self.state = State::Down(reason.to_owned());
    }

    /// What was heard since the last time that leaves a success in doubt.
    pub fn forget_doubt(&mut self) -> Option<String> {
        self.doubt.take()
    }

    /// Reads and writes what can be read and written now.
    pub fn drive(&mut self, context: &mut Context<'_>) {
        while let State::Up(link) = &mut self.state {
            match link.poll_message(context) {
                Poll::Pending => return,
                Poll::Ready(Some(Ok(AsyncMessage::Notice(notice)))) => {
                    self.doubt = doubt(&notice).or(self.doubt.take());
                }
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(error))) => self.state = State::Down(words(&error)),
                Poll::Ready(None) => self.state = State::Down("the connection was closed".to_owned()),
            }
        }
    }
}

// Runs before Blazor, which starts a page once and says nothing when its first request is answered with an error.
addEventListener('unhandledrejection', event => {
  if (event.reason?.errorType === 'FailedToNegotiateWithServerError') {
    document.getElementById('blazor-error-ui').style.display = 'block';
  }
});

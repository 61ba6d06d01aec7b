package io.dataprism.internal.execution;

import io.dataprism.bindings.SessionHandle;

/// Where queries get the session that they run in.
public interface SessionSource {
  /// A session for one query.
  SessionHandle take();

  /// Gives a session back, after its query has ended.
  void giveBack(SessionHandle session);

  /// A session that stays with its owner: every query runs in it.
  static SessionSource only(SessionHandle session) {
    return new SessionSource() {
      @Override
      public SessionHandle take() {
        return session;
      }

      @Override
      public void giveBack(SessionHandle given) {}
    };
  }
}

package io.dataprism.internal.function;

import io.dataprism.bindings.FunctionHandle;
import io.dataprism.function.FunctionRegistration;
import io.dataprism.internal.handle.LeakReporter;

/// A function that is registered.
final class RegisteredFunction implements FunctionRegistration {
  private final String name;
  private final FunctionHandle handle;

  RegisteredFunction(String name, FunctionHandle handle) {
    this.name = name;
    this.handle = handle;
    LeakReporter.watch(this, handle, "FunctionRegistration");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean isOpen() {
    return !handle.isClosed();
  }

  @Override
  public void close() {
    handle.close();
  }

  @Override
  public String toString() {
    return "FunctionRegistration[" + name + (isOpen() ? "]" : ", closed]");
  }
}

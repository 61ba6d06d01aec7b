package io.dataprism.bindings;

import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A handle that closes what was opened from it.
abstract class ParentHandle extends NativeHandle {
  private final Set<NativeHandle> children = ConcurrentHashMap.newKeySet();

  ParentHandle(MemorySegment address, NativeError.Mapper mapper) {
    super(address, mapper);
  }

  /// Takes a child in; only between `acquire` and `release`, so that none is missed while closing.
  final <T extends NativeHandle> T adopt(T child) {
    children.add(child);
    return child;
  }

  final void forget(NativeHandle child) {
    children.remove(child);
  }

  @Override
  public void requireClosable() {
    super.requireClosable();
    children.forEach(NativeHandle::requireClosable);
  }

  /// Closes what was opened from this handle and has not been closed.
  public final void closeChildren() {
    children.stream().filter(child -> !child.isRead()).forEach(NativeHandle::close);
    children.forEach(NativeHandle::close);
  }

  @Override
  final void beforeFree() {
    closeChildren();
  }
}

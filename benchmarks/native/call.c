// The JNI counterpart of dp_abi_version: a function that does nothing but return a number.
#include <jni.h>

JNIEXPORT jint JNICALL Java_io_dataprism_benchmarks_call_JniCalls_abiVersion(JNIEnv *env, jclass type) {
  (void)env;
  (void)type;
  return 1;
}

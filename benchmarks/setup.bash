# Sourced by the scripts beside it. Finds JDK 25, and builds what is out of date: the modules that are measured, and the
# peers that are written in C. Leaves JAVA and CLASS_PATH.

# What is measured has to have run in the version that the library asks for.
readonly need_jdk=25.0.3

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# Prints the folder of a JDK 25: the one in JAVA25_HOME or JAVA_HOME, or one where installers put them.
find_jdk() {
  local candidate version
  for candidate in "${JAVA25_HOME:-}" "${JAVA_HOME:-}" \
    /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/java/* /opt/jdk* /opt/*jdk* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.asdf/installs/java/* \
    "$HOME"/.local/share/mise/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [[ -x $candidate/bin/javac && -r $candidate/release ]] || continue
    version=$(sed -n 's/^JAVA_VERSION="\(.*\)"$/\1/p' "$candidate/release")
    if [[ $version == 25.* && $(printf '%s\n' "$need_jdk" "$version" | sort -V | head -n 1) == "$need_jdk" ]]; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

# Whether file $1 is there and newer than all other arguments, which are files and folders.
is_newer() {
  local file=$1
  shift
  [[ -e $file && -z $(find "$@" -newer "$file" -print -quit) ]]
}

build_java() {
  local module
  local -a sources=(pom.xml src/main ../pom.xml ../native/pom.xml ../native/Cargo.lock ../native/crates)
  for module in bindings java-api; do
    sources+=("../$module/pom.xml" "../$module/src/main")
  done
  is_newer target/classpath.txt "${sources[@]}" && return
  command -v mvn >/dev/null || fail "Maven is missing: install Maven 3.8 or later (https://maven.apache.org)."
  echo "building (log: benchmarks/target/build.log)" >&2
  mkdir -p target
  JAVA25_HOME=$jdk mvn --batch-mode --no-transfer-progress -DskipTests -f .. -pl benchmarks -am package \
    >target/build.log 2>&1 || fail "the build failed; benchmarks/target/build.log tells why."
  # Maven leaves the file alone when the class path is as it was.
  touch target/classpath.txt
}

build_c() {
  local duckdb=$PWD/../native/duckdb/lib
  command -v cc >/dev/null || fail "a C compiler is missing: install gcc or clang, so that there is a command named cc."
  mkdir -p target/native
  local program
  for program in fetch query ingest; do
    is_newer "target/native/$program" "native/$program.c" native/*.h && continue
    cc -std=c11 -O3 -march=native -Wall -Wextra -Werror -o "target/native/$program" "native/$program.c" \
      -L"$duckdb" -lduckdb -Wl,-rpath,"$duckdb"
  done
  local jni=target/native/libcall.so
  [[ $(uname) == Darwin ]] && jni=target/native/libcall.dylib
  if ! is_newer "$jni" native/call.c; then
    cc -std=c11 -O3 -Wall -Wextra -Werror -shared -fPIC -I"$jdk/include" -I"$jdk/include/$(uname | tr '[:upper:]' '[:lower:]')" \
      -o "$jni" native/call.c
  fi
}

cd "$(dirname "${BASH_SOURCE[0]}")"
jdk=$(find_jdk) ||
  fail "JDK 25 is missing: install JDK $need_jdk or a later 25 (https://adoptium.net), or set JAVA_HOME to it."
build_java
build_c
readonly JAVA=$jdk/bin/java
readonly CLASS_PATH=$PWD/target/classes:$(<target/classpath.txt)

// How the peers in C are told what to do, and how they answer.
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

// Reads the next run from standard input: takes the line apart at its tab, and gives what follows it. Null at the end.
static inline char *next_run(char *line, int size) {
  if (fgets(line, size, stdin) == NULL) {
    return NULL;
  }
  line[strcspn(line, "\n")] = '\0';
  char *tab = strchr(line, '\t');
  if (tab == NULL) {
    fprintf(stderr, "expected task<TAB>argument, not: %s\n", line);
    exit(2);
  }
  *tab = '\0';
  return tab + 1;
}

static inline void reply(int64_t nanos, int64_t rows, int64_t integers, double decimals) {
  printf("%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%.17g\n", nanos, rows, integers, decimals);
  fflush(stdout);
}

#endif

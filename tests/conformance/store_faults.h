/*
 * What the two files of the suite's part on faults share: everything that was done and seen while
 * the store failed (store_faults.c), to be judged at the end (store_faults_judge.c).
 */
#ifndef KORCH_CONFORMANCE_STORE_FAULTS_H
#define KORCH_CONFORMANCE_STORE_FAULTS_H

#include "store_fixture.h"

#define faults_judge korch__store_test_faults_judge
#define faults_note korch__store_test_faults_note

enum { FAULT_KEYS = 12, FAULT_WRITES = 3, FAULT_ATTEMPTS = 700, FAULT_READERS = 3 };

/* A change of one key. */
typedef struct fault_change {
	uint64_t revision;
	int key;
	int value; /* the number of the attempt that put it; -1: deleted */
} fault_change;

typedef struct fault_changes {
	fault_change *items;
	size_t n;
} fault_changes;

/* Adds what a watch told. */
void faults_note(fault_changes *changes, const korch_change *change);

typedef struct fault_write {
	int op, key;
	uint64_t expected;
} fault_write;

/* A transaction. The first write is a PUT; each PUT stores the attempt's number. */
typedef struct fault_attempt {
	int is_refused; /* by the call */
	int is_done;    /* answered */
	int code;
	uint64_t revision;
	size_t n;
	fault_write writes[FAULT_WRITES];
} fault_attempt;

/* What one reader was told without a break: everything behind `from` up to `to`. */
typedef struct fault_span {
	uint64_t from, to;
	fault_changes changes;
} fault_span;

/* What a list gave. */
typedef struct fault_list {
	uint64_t revision;
	int values[FAULT_KEYS]; /* -1: not there */
} fault_list;

typedef struct fault_record {
	fault_attempt attempts[FAULT_ATTEMPTS];
	int n_attempts;
	fault_changes truth; /* by a watch that is not disturbed */
	fault_span *spans;
	size_t n_spans;
	fault_list *lists;
	size_t n_lists;
	uint64_t end; /* what was done behind this revision does not count */
} fault_record;

/* Asserts that all of it fits together. */
void faults_judge(const fault_record *record);

#endif

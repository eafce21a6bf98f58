/* Reads the files of the ROADEF/EURO challenge 2012 (Google machine reassignment). */
#ifndef KORCH_TESTS_ROADEF_H
#define KORCH_TESTS_ROADEF_H

#include <korch/reassign.h>

/* An instance in memory of its own. */
typedef struct roadef {
	korch_reassign_problem problem;
	int64_t *numbers; /* the model file, number by number */
	size_t n_numbers, next;
	void *blocks[16]; /* what the problem's tables lie in */
	size_t n_blocks;
	int bad; /* the file ended early or a number is out of its range */
} roadef;

/*
 * Reads a model and its assignment. Returns 0, or -1 and one line in `why`. roadef_fini() frees,
 * also after a failure.
 */
int roadef_read(roadef *instance, const char *model_path, const char *assignment_path,
                char why[256]);
void roadef_fini(roadef *instance);
/* The one number in a file; -1 when it cannot be read. */
int64_t roadef_number(const char *path);

#endif

/* A simulated runtime on a virtual loop, and a trace of all it told. */
#ifndef KORCH_TESTS_RUNTIME_SIM_FIXTURE_H
#define KORCH_TESTS_RUNTIME_SIM_FIXTURE_H

#include "unit.h"
#include <korch/sim.h>
#include <korch/sys/runtime.h>

#define SECOND KORCH_USEC_PER_SEC

extern korch_loop *loop;
extern korch_runtime *runtime;
extern const korch_runtime_ops *ops;
extern void *self;
/*
 * Events "+c1 " and "-c1=CODE " (with "@SECONDS" of the virtual clock when trace_times is set),
 * completions that failed "!REASON " and those that did not "ok ".
 */
extern char trace[65536];
extern int trace_times;

/* A runtime with the node n1 and an empty trace. */
void sim_open(uint64_t seed);
void sim_close(void);
/* Sets ops and self again, after a restart. */
void sim_attach(void);
/* The trace up to a number of seconds after now; it is empty then. Static. */
const char *sim_run(double seconds);

void on_done(void *userdata, int code, const char *reason, const char *message);
/* Adds a rule; its size is set here. */
void add_rule(korch_sim_rule rule);
/*
 * Calls whose completion goes into the trace. Sandboxes are on n1, pods "ns/POD"; what the call
 * returned.
 */
int make_sandbox(const char *id, const char *pod, const korch_map *annotations);
int start(const char *sandbox, const char *id, const char *image);
int stop(const char *id, double grace_s);
int prepare(const char *image, const char *policy);
int probe(const char *id, const char *type);

#endif

/* Nodes and pods for the benchmarks of the scheduler, made from a seed. */
#ifndef KORCH_BENCH_SCHEDULER_WORLD_H
#define KORCH_BENCH_SCHEDULER_WORLD_H

#include <korch/scheduler.h>
#include <stddef.h>
#include <stdint.h>

/* Processor time of this program: it has one thread and waits for nothing, and other programs on
 * the machine should not count. */
double world_now(void);
size_t world_heap(void);
size_t world_start_heap(void); /* heap before world_new() */
void world_check(int code);    /* ends the program on an error */

/* A node of 64 processors, 256 GiB and 110 pods; zones go round. */
korch_node *world_node(size_t i, size_t zones, uint64_t seed);
/* A scheduler with so many nodes, and 100 namespaces labelled team=devops. */
korch_scheduler *world_new(size_t nodes, size_t zones, uint64_t seed);
/* A pod without a name. */
korch_pod *world_pod(int64_t cpu_milli, int64_t memory_mib);
/* Pods that share one spec and one map of labels, or have requests of their own each. */
korch_pod **world_pods(size_t n, int differ, uint64_t seed, void (*dress)(korch_pod *, size_t));
void world_free_pods(korch_pod **pods, size_t n);

/* Dressing of a pod. A team: the term goes over all namespaces of that team. */
void world_namespace(korch_pod *pod, size_t i);
void world_label(korch_pod *pod, const char *key, const char *value);
void world_affinity(korch_pod *pod, const char *topology_key, const char *key, const char *value,
                    const char *team);
void world_anti_affinity(korch_pod *pod, const char *topology_key, const char *key,
                         const char *value, const char *team);
void world_prefer_apart(korch_pod *pod, const char *topology_key, const char *key,
                        const char *value);
void world_spread(korch_pod *pod, const char *topology_key, const char *key, const char *value,
                  const char *when);

#endif

/* Rules that several kinds of workloads share: templates, selectors, numbers or percentages. For
 * lib/object/kinds only. */
#ifndef KORCH_OBJECT_KINDS_WORKLOAD_H
#define KORCH_OBJECT_KINDS_WORKLOAD_H

#include <korch/api/core_pod.h>
#include <korch/problems.h>

/* Rules of the template of pods that are kept running. */
void korch__check_template(const korch_pod_template_spec *template_, const char *kind,
                           const char *path, korch_problems *problems);
/* The template's labels must be among those that the selector selects. */
void korch__check_selector(const korch_label_selector *selector,
                           const korch_pod_template_spec *template_, const char *kind,
                           const char *path, korch_problems *problems);
/* A number from 0 or a percentage; problems are said of the field. Gives the percentage or -1. */
long korch__check_number_or_percent(const korch_int_or_string *value, const char *field,
                                    const char *path, korch_problems *problems);
/* Absent, 0 or 0 percent; percent: what korch__check_number_or_percent() gave. */
int korch__is_zero(const korch_int_or_string *value, long percent);
/* A value as messages show it; gives out. */
const char *korch__show_int_or_string(char out[32], const korch_int_or_string *value);

#endif

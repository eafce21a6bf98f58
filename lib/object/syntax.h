/*
 * The syntax of names, labels, keys, ports and addresses: Kubernetes' rules, and its sentences for
 * what is wrong. Which field has which rule stands in the tables.
 */
#ifndef KORCH_OBJECT_SYNTAX_H
#define KORCH_OBJECT_SYNTAX_H

#include <korch/problems.h>
#include <korch/struct.h>

/* Most sentences about one text. */
enum { KORCH_SYNTAX_MAX = 6 };

/*
 * What is wrong with a text under a rule: static sentences into out (room for KORCH_SYNTAX_MAX),
 * and how many. NULL counts as "". Rules on numbers say nothing about texts.
 */
size_t korch__syntax_text(const char **out, korch_format format, const char *text);
/* What is wrong with a number under a rule, or NULL. Rules on texts say nothing about numbers. */
const char *korch__syntax_number(korch_format format, int64_t number);
/* 1 when nothing is wrong. */
int korch__syntax_is_valid(korch_format format, const char *text);
/* Adds each sentence as INVALID of the field below path; nothing for "" and NULL. */
void korch__syntax_check(korch_problems *problems, const char *path, const char *field,
                         korch_format format, const char *text);

#endif

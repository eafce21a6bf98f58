/*
 * The syntax of names, labels, keys and addresses: Kubernetes' rules by name, with its sentences.
 */
#ifndef KORCH_NAMES_H
#define KORCH_NAMES_H

#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file names.h Rules on names. */

/** Most sentences that one text can get. */
#define KORCH_NAME_SENTENCES_MAX 6

/**
 * What is wrong with a text under a rule.
 * @param sentences room for KORCH_NAME_SENTENCES_MAX static texts; may be NULL.
 * @param text NULL counts as "".
 * @return how many sentences; 0 when the text is valid. Rules on numbers say nothing about texts.
 * @since 0.1
 */
KORCH_API size_t korch_name_check(const char **sentences, korch_format format, const char *text);
/** What is wrong with a number under a rule (ports, non-negative …), or NULL. Static. @since 0.1 */
KORCH_API const char *korch_number_check(korch_format format, int64_t number);

KORCH_END_DECLS

#endif

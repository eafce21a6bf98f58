/* Making and freeing what a sealer holds; which rule a resource has. */
#include "seal/core.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "object/problems.h"
#include <ctype.h>
#include <string.h>

int korch__seal_core_new(korch__seal_core **out)
{
	_cleanup_core_ korch__seal_core *core = korch__calloc(1, sizeof(*core));
	if (!core || korch_problems_new(&core->warnings, 0) < 0 ||
	    korch__vault_init(&core->vault, sizeof(korch__seal_secrets)) < 0)
		return KORCH_E_NOMEM;
	if (!core->vault.is_locked)
		korch__problem_warn(core->warnings, "", KORCH_PROBLEM_OTHER,
		                    "keys are not locked in memory and may be written to swap: %s "
		                    "(RLIMIT_MEMLOCK, %zu bytes are needed)",
		                    strerror(core->vault.lock_error), core->vault.mapped);
	if (korch__problems_failed(core->warnings))
		return KORCH_E_NOMEM;
	*out = KORCH_STEAL(core);
	return 0;
}

static void free_kek(korch__seal_kek *kek)
{
	if (kek->destroy)
		kek->destroy(kek->userdata);
	korch__free(kek->name);
	korch__free(kek->prefix);
	korch__free(kek);
}

static void free_rule(korch__seal_rule *rule)
{
	korch__vec_fini(&rule->keys);
	korch__free(rule->resource);
	korch__free(rule->group);
	korch__free(rule);
}

void korch__seal_core_free(korch__seal_core *core)
{
	if (!core)
		return;
	korch__vault_fini(&core->vault);
	for (size_t i = 0; i < core->keks.n; i++)
		free_kek(core->keks.items[i]);
	for (size_t i = 0; i < core->rules.n; i++)
		free_rule(core->rules.items[i]);
	for (size_t i = 0; i < KORCH__SEAL_DATA_KEYS; i++) {
		korch__free(core->data_keys[i].wrapped);
		korch__free(core->data_keys[i].rewrapped);
	}
	korch__vec_fini(&core->keks);
	korch__vec_fini(&core->rules);
	korch_problems_free(core->warnings);
	korch__free(core);
}

int korch__seal_core_add_kek(korch__seal_kek **out, korch__seal_core *core, korch__seal_type type,
                             const char *name)
{
	static const char *const HEADS[] = {
	    [KORCH__SEAL_IDENTITY] = "",
	    [KORCH__SEAL_AESGCM] = KORCH__SEAL_KUBERNETES "aesgcm:v1:",
	    [KORCH__SEAL_AESCBC] = KORCH__SEAL_KUBERNETES "aescbc:v1:",
	    [KORCH__SEAL_ENVELOPE] = KORCH__SEAL_NATIVE,
	};
	if (core->keks.n == KORCH_SEAL_KEYS_MAX)
		return KORCH_E_LIMIT;
	korch__seal_kek *kek = korch__calloc(1, sizeof(*kek));
	if (!kek)
		return KORCH_E_NOMEM;
	kek->type = type;
	kek->name = korch__strdup(name);
	kek->prefix = korch__sprintf("%s%s%s", HEADS[type], name, *HEADS[type] ? ":" : "");
	if (!kek->name || !kek->prefix || korch__vec_push(&core->keks, kek) < 0) {
		free_kek(kek);
		return KORCH_E_NOMEM;
	}
	*out = kek;
	return 0;
}

uint8_t *korch__seal_core_room(const korch__seal_core *core)
{
	return korch__seal_core_secrets(core)->keks[core->keks.n - 1];
}

/* "secrets", "rollouts.argoproj.io", "*.apps", "*.": resource in front of the first dot. */
static int is_pattern(const korch__seal_rule *rule, const char *pattern)
{
	const char *dot = strchr(pattern, '.');
	size_t n = dot ? (size_t)(dot - pattern) : strlen(pattern);
	return strlen(rule->resource) == n && memcmp(rule->resource, pattern, n) == 0 &&
	       strcmp(rule->group, dot ? dot + 1 : "") == 0;
}

int korch__seal_core_rule(korch__seal_rule **out, korch__seal_core *core, const char *pattern)
{
	for (size_t i = 0; i < core->rules.n; i++) {
		if (is_pattern(core->rules.items[i], pattern)) {
			*out = core->rules.items[i];
			return 0;
		}
	}
	if (core->rules.n == KORCH_SEAL_RESOURCES_MAX)
		return KORCH_E_LIMIT;
	const char *dot = strchr(pattern, '.');
	korch__seal_rule *rule = korch__calloc(1, sizeof(*rule));
	if (!rule)
		return KORCH_E_NOMEM;
	rule->resource = korch__strndup(pattern, dot ? (size_t)(dot - pattern) : strlen(pattern));
	rule->group = korch__strdup(dot ? dot + 1 : "");
	if (!rule->resource || !rule->group || korch__vec_push(&core->rules, rule) < 0) {
		free_rule(rule);
		return KORCH_E_NOMEM;
	}
	*out = rule;
	return 0;
}

/* The rules of Kubernetes' validation of an EncryptionConfiguration
 * (apiserver/validation/validation_encryption.go). */
const char *korch__seal_pattern_fault(const char *pattern)
{
	static const char *const NOT_STORED[] = {"apiserveripinfo", "serviceipallocations",
	                                         "servicenodeportallocations"};
	const char *group = strchr(pattern, '.');
	group = group ? group + 1 : "";
	for (const char *at = pattern; *at; at++) {
		if (isupper((unsigned char)*at))
			return "resource name should not contain capital letters";
		if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && !strchr(".-*", *at))
			return "must be a resource and perhaps its group, such as \"secrets\" or \"*.apps\"";
	}
	if (!*pattern || *pattern == '.' || strlen(pattern) > KORCH__SEAL_NAME_MAX)
		return "must be a resource of 1 to 253 bytes and perhaps its group";
	if (strcmp(pattern, "*") == 0)
		return "use \"*.\" for all resources of the core group, or \"*.*\" for all resources";
	for (size_t i = 0; i < KORCH_COUNT(NOT_STORED); i++)
		if (strcmp(pattern, NOT_STORED[i]) == 0)
			return "resources which do not have REST API/s cannot be encrypted";
	if (strcmp(group, "events.k8s.io") == 0)
		return "these objects are stored as those of the core group; use \"events\"";
	if (strcmp(group, "extensions") == 0)
		return "the group extensions was removed";
	if (strcmp(group, "*") == 0 && strcmp(pattern, "*.*") != 0)
		return "encrypting the same resource across groups is not supported";
	return NULL;
}

const korch__seal_rule *korch__seal_core_find(const korch__seal_core *core, const korch_kind *kind)
{
	/* Events of both groups are stored as those of the core group. */
	const char *group = strcmp(kind->group, "events.k8s.io") == 0 ? "" : kind->group;
	const char *const wanted[][2] = {{kind->plural, group}, {"*", group}, {"*", "*"}};
	for (size_t step = 0; step < KORCH_COUNT(wanted); step++) {
		for (size_t i = 0; i < core->rules.n; i++) {
			const korch__seal_rule *rule = core->rules.items[i];
			if (rule != core->other && strcmp(rule->resource, wanted[step][0]) == 0 &&
			    strcmp(rule->group, wanted[step][1]) == 0)
				return rule;
		}
	}
	return core->other;
}

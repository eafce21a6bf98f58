/* Rules of PriorityClasses, and the classes that every cluster has. */
#include "base/cleanup.h"
#include "object/kinds/hooks.h"
#include "object/problems.h"
#include <korch/api/scheduling.h>
#include <string.h>

enum { USER_MAX = 1000000000 };

#define SYSTEM_PREFIX "system-"

/* A name with the system's prefix is one of these (IsKnownSystemPriorityClass). */
static const struct {
	const char *name;
	int32_t value;
} SYSTEM[] = {
    {"system-node-critical", 2000001000},
    {"system-cluster-critical", 2000000000},
};

int korch__priority_class_system(int32_t *value, const char *name)
{
	for (size_t i = 0; i < KORCH_COUNT(SYSTEM); i++) {
		if (strcmp(SYSTEM[i].name, name) == 0) {
			*value = SYSTEM[i].value;
			return 1;
		}
	}
	return 0;
}

static void check_system(const korch_priority_class *class_, const char *name,
                         korch_problems *problems)
{
	static const char *const WORDS =
	    "priority class names with '" SYSTEM_PREFIX "' prefix are reserved for system use only. "
	    "error: ";
	int32_t value = 0;
	if (!korch__priority_class_system(&value, name))
		korch__problem(problems, "metadata.name", KORCH_PROBLEM_FORBIDDEN,
		               "%s%s is not a known system priority class", WORDS, name);
	else if (class_->value != value)
		korch__problem(problems, "metadata.name", KORCH_PROBLEM_FORBIDDEN,
		               "%svalue of %s PriorityClass must be %d", WORDS, name, value);
	else if (class_->global_default)
		korch__problem(problems, "metadata.name", KORCH_PROBLEM_FORBIDDEN,
		               "%sglobalDefault of %s PriorityClass must be false", WORDS, name);
}

void korch__priority_class_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_priority_class *class_ = self;
	const char *name = korch_object_name(&class_->object);
	if (strncmp(name, SYSTEM_PREFIX, strlen(SYSTEM_PREFIX)) == 0)
		check_system(class_, name, problems);
	else if (class_->value > USER_MAX)
		korch__problem(problems, "value", KORCH_PROBLEM_FORBIDDEN,
		               "maximum allowed value of a user defined priority is %d", USER_MAX);
}

void korch__priority_class_validate_update(const void *self, const void *old_self, const char *path,
                                           korch_problems *problems)
{
	const korch_priority_class *class_ = self, *old = old_self;
	if (class_->value != old->value)
		korch__problem(problems, "value", KORCH_PROBLEM_FORBIDDEN,
		               "may not be changed in an update.");
}

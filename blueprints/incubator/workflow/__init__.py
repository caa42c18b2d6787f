"""The machines of the incubator: call, application, tenancy, renewal."""

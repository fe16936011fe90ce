"""Reading resources into findings and imaging: one module for each kind of resource."""
